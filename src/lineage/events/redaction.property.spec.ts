import { randomInt } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { harmless, harmlessName, planted } from '../../../test/support/secrets.js';
import { redact } from './redaction.js';

const SEED = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
const RUNS = Number(process.env['TEST_RUNS'] ?? 3_000);

describe(`redaction of any JSON (TEST_SEED=${SEED})`, () => {
  it('finds a secret wherever it lies, tells where without telling it, and leaves all else', () => {
    const body = fc.record({
      found: planted,
      beside: harmless,
      path: fc.array(fc.oneof(harmlessName, fc.constant(0)), { maxLength: 5 }),
    });
    fc.assert(
      fc.property(body, ({ found, beside, path }) => {
        const nested = path.reduceRight<unknown>(
          (value, step) => (step === 0 ? [beside, value] : { [step]: value, beside }),
          found.value,
        );
        const given = { beside, nested };
        const whole = structuredClone(given);
        const alterations = redact(whole);
        const told = JSON.stringify([whole, alterations]);
        for (const secret of found.secrets) expect(told).not.toContain(secret);
        expect(alterations.length).toBeGreaterThan(0);
        expect(whole.beside).toEqual(given.beside);
        const at = path.reduce<any>((part, step) => part[step === 0 ? 1 : step], whole.nested);
        expect(typeof at).toBe(typeof found.value);
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });

  it('leaves what is no secret', () => {
    fc.assert(
      fc.property(harmless, (value) => {
        const whole = structuredClone({ value });
        expect(redact(whole)).toEqual([]);
        expect(whole).toEqual({ value });
      }),
      { seed: SEED, numRuns: RUNS },
    );
  });
});
