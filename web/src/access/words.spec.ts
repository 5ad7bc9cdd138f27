import { describe, expect, it } from 'vitest';
import type { Decision } from '../api/governance-types.js';
import {
  askedFor,
  dayOf,
  endOfDay,
  isAbout,
  isForbidden,
  listed,
  matchWords,
  searchFor,
  targetName,
  waitingCount,
} from './words.js';

const rule = (effect: string) => ({ id: 'R', effect, rolePath: [], tagPaths: [] });
const decision = (allowed: boolean, ...effects: string[]): Decision => ({
  ...{ allowed, reason: '', matched: effects.map(rule) },
});

describe('requests in words', () => {
  it('name actions or the role, and the asset or the namespace', () => {
    expect([[], ['read'], ['read', 'write'], ['read', 'write', 'merge']].map(listed)).toEqual([
      ...['', 'read', 'read and write', 'read, write and merge'],
    ]);
    expect(askedFor({ actions: [], role: 'role:reader' })).toBe('role:reader');
    expect(targetName({ namespace: 'acme/hr', name: null })).toBe('all of acme/hr');
    expect(searchFor({ namespace: 'acme', kind: 'dataset', name: 'leads' })).toEqual({
      ...{ page: 'search', query: 'leads', namespace: 'acme', kind: 'dataset' },
    });
  });

  it('are about an asset by place, kind and name', () => {
    const asset = { namespace: 'acme', kind: 'dataset', identityName: 'leads' };
    const target = { namespace: 'acme', kind: 'dataset', name: 'leads', actions: [], reason: '' };
    expect(isAbout(asset, target)).toBe(true);
    expect(isAbout(asset, { ...target, kind: null, name: null })).toBe(false);
    expect(isAbout(asset, { ...target, namespace: 'acme/hr' })).toBe(false);
  });

  it('are counted that wait for the reader', () => {
    const nodes = (...steps: string[][]) => ({ nodes: steps.map((each) => ({ steps: each })) });
    expect(
      waitingCount({
        accessRequests: nodes(['approve', 'deny'], ['deny'], ['withdraw'], []),
        emergencies: nodes(['review'], []),
      }),
    ).toBe(2);
  });
});

describe('decisions in words', () => {
  it('are past granting where a rule denies, not where none allows', () => {
    expect(isForbidden(decision(false, 'allow', 'deny'))).toBe(true);
    expect(isForbidden(decision(false))).toBe(false);
    expect(isForbidden(decision(true, 'allow'))).toBe(false);
  });

  it('tell by which roles and classifications a rule matched', () => {
    expect(
      matchWords({
        ...rule('deny'),
        rolePath: ['user:ana', 'role:analyst'],
        tagPaths: [['pii.email', 'pii'], []],
      }),
    ).toBe('user:ana → role:analyst, pii.email → pii');
    expect(matchWords({ ...rule('allow'), rolePath: ['user:ana'] })).toBe('');
  });
});

describe('a day', () => {
  it('ends where the reader is', () => {
    expect(dayOf(endOfDay('2026-02-28')!)).toBe('2026-02-28');
    expect(endOfDay('2026-02-28')!.getTime() - new Date('2026-02-28T00:00:00').getTime()).toBe(86_399_000);
    expect([endOfDay(''), endOfDay('soon')]).toEqual([undefined, undefined]);
  });
});
