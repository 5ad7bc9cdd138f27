import { describe, expect, it } from 'vitest';
import { shortName } from './short-name.js';

describe('the name on a node', () => {
  it.each([
    ['penguins', 'penguins'],
    ['hr.public.observers', '…public.observers'],
    ['survey.public.observations', '…observations'],
    ['warehouse/landing/year=2026/orders', '…year=2026/orders'],
    ['averyveryverylongnamewithoutanysegments', '…ithoutanysegments'],
  ])('of %s keeps its end', (name, expected) => {
    const short = shortName(name);
    expect(short.length).toBeLessThanOrEqual(18);
    expect(name.endsWith(short.replace(/^…/, ''))).toBe(true);
    expect(short).toBe(expected);
  });
});
