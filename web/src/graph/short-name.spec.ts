import { describe, expect, it } from 'vitest';
import { shortName } from './short-name.js';

describe('the name on a node', () => {
  it.each([
    ['penguins', 'penguins'],
    ['hr.public.observers', 'hr.public.observers'],
    ['survey.public.observations', '…public.observations'],
    ['warehouse/landing/year=2026/orders', '…year=2026/orders'],
    ['averyveryverylongnamewithoutanysegments', '…mewithoutanysegments'],
  ])('of %s keeps its end', (name, expected) => {
    const short = shortName(name);
    expect(short.length).toBeLessThanOrEqual(21);
    expect(name.endsWith(short.replace(/^…/, ''))).toBe(true);
    expect(short).toBe(expected);
  });
});
