import { describe, expect, it } from 'vitest';
import type { Claim } from '../api/governance-types.js';
import { claimStanding, originMark, originTitle, percent, tagsOfAsset, tagsOfColumn } from './claims.js';

const claim = (given: Partial<Claim>): Claim => ({
  ...{ tag: 'pii.email', column: 'mail', origin: 'scanner', source: 'email', confidence: 0.97 },
  ...{ state: 'suggested', isEffective: true, author: 'service:cairn', reason: '', since: null },
  ...given,
});

describe('classifications of a column', () => {
  it('are those of that column, what counts first', () => {
    const claims = [
      claim({ tag: 'b', state: 'rejected', isEffective: false }),
      claim({ tag: 'a', isEffective: false }),
      claim({ tag: 'z', origin: 'hand' }),
      claim({ tag: 'other', column: 'name' }),
      claim({ tag: 'whole', column: null }),
    ];
    expect(tagsOfColumn(claims, 'mail').map(({ tag, standing }) => [tag, standing])).toEqual([
      ['z', 'effective'],
      ['a', 'suggested'],
      ['b', 'rejected'],
    ]);
  });

  it('count when one of several origins counts', () => {
    const [tag] = tagsOfColumn(
      [claim({ state: 'rejected', isEffective: false }), claim({ origin: 'flow' })],
      'mail',
    );
    expect(tag).toMatchObject({ standing: 'effective', claims: [{}, { origin: 'flow' }] });
    expect(originMark(tag!)).toBe('flowed');
  });
});

describe('classifications of an asset', () => {
  it('name the columns that carry them, beside what is said of the whole', () => {
    const claims = [
      claim({ column: 'mail' }),
      claim({ column: 'contact', origin: 'flow' }),
      claim({ column: 'guess', isEffective: false }),
      claim({ tag: 'restricted', column: null, origin: 'hand' }),
    ];
    expect(tagsOfAsset(claims, ['pii.email', 'restricted'])).toEqual([
      { tag: 'pii.email', standing: 'effective', claims: [], columns: ['mail', 'contact'] },
      { tag: 'restricted', standing: 'effective', claims: [claims[3]], columns: [] },
    ]);
  });

  it('are also those about which nothing is known but that they are carried', () => {
    expect(tagsOfAsset([], ['unclassified'])).toMatchObject([
      { tag: 'unclassified', claims: [], columns: [] },
    ]);
  });
});

describe('an origin', () => {
  const markOf = (given: Partial<Claim>) => originMark(tagsOfColumn([claim(given)], 'mail')[0]!);
  it.each([
    [{}, '97 %'],
    [{ state: 'confirmed' as const }, undefined],
    [{ origin: 'hand' as const }, undefined],
    [{ origin: 'flow' as const }, 'flowed'],
    [{ isEffective: false, confidence: 0.54 }, '54 %'],
  ])('marks the chip: %j as %s', (given, expected) => expect(markOf(given)).toBe(expected));

  it('is never quite certain when it is not', () => {
    expect([percent(0.9999), percent(1), percent(0)]).toEqual(['99 %', '100 %', '0 %']);
  });

  it('is told in words', () => {
    expect(originTitle(claim({}))).toBe('Scanner email, 97 % sure');
    expect(claimStanding(claim({ isEffective: false }))).toContain('until somebody confirms');
    expect(claimStanding(claim({ state: 'rejected', author: 'user:sam' }))).toBe('dismissed by user:sam');
    expect(claimStanding(claim({ origin: 'hand', author: 'user:sam' }))).toBe('by user:sam');
  });
});
