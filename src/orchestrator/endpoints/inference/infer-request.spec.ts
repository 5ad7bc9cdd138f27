import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DomainError, InvalidInputError } from '../../../platform/errors/index.js';
import { ModelRefusedError } from '../errors.js';
import { outputTensors } from './infer-answer.js';
import { parseInferRequest } from './infer-request.js';
import { type Signature, signatureOf } from './signature.js';

const SIGNATURE: Signature = signatureOf({
  inputs: [
    { name: 'x', type: 'float32', shape: [-1, 3] },
    { name: 'who', type: 'string', shape: [-1] },
  ],
  outputs: [
    { name: 'y', type: 'int64', shape: [-1] },
    { name: 'map', shape: [] },
  ],
});

describe('an inference request', () => {
  test('flat and nested values mean the same, row by row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer(), fc.integer(), fc.integer()), { maxLength: 20 }), (rows) => {
        const request = (data: unknown) => ({
          inputs: [
            { name: 'who', shape: [rows.length], datatype: 'BYTES', data: rows.map(String) },
            { name: 'x', shape: [rows.length, 3], datatype: 'FP32', data },
          ],
        });
        const flat = parseInferRequest(request(rows.flat()), SIGNATURE);
        expect(parseInferRequest(request(rows), SIGNATURE)).toEqual(flat);
        expect(flat.inputs.map(({ name, dims }) => [name, dims])).toEqual([
          ['x', [rows.length, 3]],
          ['who', [rows.length]],
        ]);
      }),
    );
  });

  test('whatever is sent is taken or refused by name, and never breaks', () => {
    const tensor = fc.record(
      {
        name: fc.constantFrom('x', 'who', 'z'),
        shape: fc.oneof(fc.array(fc.integer({ min: -1, max: 4 })), fc.anything()),
        datatype: fc.constantFrom('FP32', 'BYTES', 'X'),
        data: fc.oneof(fc.array(fc.anything()), fc.anything()),
      },
      { requiredKeys: [] },
    );
    const body = fc.oneof(fc.anything(), fc.record({ inputs: fc.array(tensor), outputs: fc.anything() }));
    fc.assert(
      fc.property(body, (given) => {
        try {
          parseInferRequest(given, SIGNATURE);
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError);
          expect((error as DomainError).details['field']).not.toBe('');
        }
      }),
    );
  });

  test('an output that is no tensor is not offered, and asking for it says so', () => {
    expect(SIGNATURE.omitted).toEqual(['map']);
    const inputs = [
      { name: 'x', shape: [0, 3], datatype: 'FP32', data: [] },
      { name: 'who', shape: [0], datatype: 'BYTES', data: [] },
    ];
    expect(parseInferRequest({ inputs }, SIGNATURE).outputs).toEqual(['y']);
    expect(() => parseInferRequest({ inputs, outputs: [{ name: 'map' }] }, SIGNATURE)).toThrow(/no tensor/);
  });
});

describe('a model', () => {
  test('is refused when an input, or every output, is beyond the protocol', () => {
    const y = { name: 'y', type: 'float32', shape: [] };
    const half = { name: 'h', type: 'float16', shape: [1] };
    expect(() => signatureOf({ inputs: [half], outputs: [y] })).toThrow(ModelRefusedError);
    expect(() => signatureOf({ inputs: [], outputs: [half, { name: 'map', shape: [] }] })).toThrow(/h, map/);
  });

  test('gives values that JSON holds without loss', () => {
    const data = [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 60n, 'text', true];
    const [tensor] = outputTensors([{ name: 'y', type: 'float32', dims: [6], data }]);
    expect(tensor!.data).toEqual([1.5, null, null, '1152921504606846976', 'text', true]);
    expect(() => JSON.stringify(tensor)).not.toThrow();
  });
});
