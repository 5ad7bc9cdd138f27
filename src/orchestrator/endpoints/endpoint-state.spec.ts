import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type EndpointRow, type LocalModel, observe } from './endpoint-state.js';

const NUMBER = fc.integer({ min: 1, max: 3 });
const LOCAL: fc.Arbitrary<LocalModel> = fc.record(
  { loaded: NUMBER, refusal: fc.constant('no ONNX'), trouble: fc.constant('no room') },
  { requiredKeys: [] },
);
const ROW: fc.Arbitrary<EndpointRow> = fc.record({
  desired: fc.constantFrom('serving', 'stopped'),
  observed: fc.constantFrom('pending', 'ready', 'failed', 'stopped'),
  reason: fc.option(fc.string()),
  revision: NUMBER,
  served: fc.option(NUMBER),
});

describe('what is observed of an endpoint', () => {
  test('is said once: what was written is true', () => {
    fc.assert(
      fc.property(ROW, LOCAL, (row, local) => {
        const next = observe(row, local);
        if (next === undefined) return;
        const { observed, reason, served } = next;
        expect(observe({ ...row, observed, reason, served }, local)).toBeUndefined();
      }),
    );
  });

  test('is ready only if something answers, and stopped only if nothing does', () => {
    fc.assert(
      fc.property(ROW, LOCAL, (row, local) => {
        const next = observe(row, local);
        if (next?.observed === 'stopped') expect([row.desired, local.loaded]).toEqual(['stopped', undefined]);
        if (next?.observed === 'ready' && row.observed !== 'ready') expect(local.loaded).toBeDefined();
      }),
    );
  });

  test('ends the serving of every revision that began, once', () => {
    fc.assert(
      fc.property(
        NUMBER,
        fc.array(fc.tuple(fc.boolean(), NUMBER, LOCAL), { maxLength: 30 }),
        (first, steps) => {
          let row: EndpointRow = {
            desired: 'serving',
            observed: 'pending',
            reason: null,
            revision: first,
            served: null,
          };
          const open: number[] = [];
          for (const [isWanted, revision, local] of [...steps, [false, first, {}] as const]) {
            row = { ...row, desired: isWanted ? 'serving' : 'stopped', revision };
            const next = observe(row, local);
            if (next === undefined) continue;
            if (next.ended !== undefined) expect(open.splice(0)).toEqual([next.ended]);
            if (next.began !== undefined) open.push(next.began);
            row = { ...row, observed: next.observed, reason: next.reason, served: next.served };
          }
          expect(open).toEqual([]);
        },
      ),
    );
  });

  test('names the refusal, and which revision answers instead', () => {
    const row: EndpointRow = { desired: 'serving', observed: 'ready', reason: null, revision: 2, served: 1 };
    expect(observe(row, { loaded: 1, refusal: 'no ONNX' })).toEqual({
      observed: 'ready',
      reason: 'revision 1 answers, and not 2: no ONNX',
      served: 1,
      refused: 2,
    });
    expect(observe(row, { refusal: 'no ONNX' })).toEqual({
      ...{ observed: 'failed', reason: 'no ONNX', served: null },
      ...{ refused: 2, ended: 1 },
    });
  });
});
