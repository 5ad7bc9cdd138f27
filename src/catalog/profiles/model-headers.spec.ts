import { readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { bytesReader, profile, type ContentProfile, type ContentReader } from './index.js';

const FIXTURES = path.join(import.meta.dirname, '../../../test/fixtures/model-headers');
const fixture = (name: string): Buffer => readFileSync(path.join(FIXTURES, name));

const of = async (name: string, bytes: Uint8Array): Promise<ContentProfile> =>
  (await profile(bytesReader(bytes), { path: name }))!;

function safetensors(header: unknown, data = 0, length?: number): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(length ?? text.length));
  return Buffer.concat([start, text, Buffer.alloc(data)]);
}
const f32 = (shape: unknown, places: unknown): object => ({ dtype: 'F32', shape, data_offsets: places });

describe('safetensors', () => {
  it('tells what the library wrote', async () => {
    expect(await of('m.safetensors', fixture('tiny.safetensors'))).toEqual({
      format: 'safetensors',
      columns: [],
      problems: [],
      model: {
        inputs: [],
        outputs: [],
        parameterCount: 41,
        tensorCount: 4,
        tensorTypes: { I64: 1, F32: 1, F16: 1, U8: 1 },
        tensors: expect.arrayContaining([
          { name: 'encoder.weight', type: 'F32[8,4]' },
          { name: 'encoder.bias', type: 'F16[8]' },
          { name: 'steps', type: 'I64[]' },
          { name: 'empty', type: 'U8[0,3]' },
        ]),
        metadata: { format: 'np', licence: 'Apache-2.0' },
      },
    });
  });

  it.each([
    ['no length', Buffer.from('abc'), 'the file is too short'],
    ['a length beyond the file', safetensors('{}', 0, 1000), 'a header of 1000 bytes does not fit'],
    ['a length of 2^64 - 1', Buffer.alloc(64, 0xff), 'does not fit into the file'],
    ['no object', safetensors('[1]'), 'it does not begin with {'],
    ['no JSON', safetensors('{"a"'), 'it is not JSON'],
    ['no UTF-8', Buffer.concat([safetensors('', 0, 3), Buffer.from([0x7b, 0xff, 0x7d])]), 'it is not JSON'],
    ['depth', safetensors(`{"a":${'['.repeat(200_000)}`), 'it is not JSON'],
    ['metadata that are no texts', safetensors({ __metadata__: { a: 1 } }), 'its metadata are not texts'],
    ['a tensor that is none', safetensors({ a: 1 }), 'tensor "a":'],
    ['a negative size', safetensors({ a: f32([-1], [0, 0]) }), 'tensor "a": shape.0'],
    ['a huge size', safetensors({ a: f32([2 ** 40, 2 ** 40], [0, 0]) }), 'more than 2^53 values'],
    ['a tensor beyond the file', safetensors({ a: f32([2], [0, 8]) }, 4), 'ends beyond the file'],
    [
      'a tensor with other bytes',
      safetensors({ a: f32([2], [0, 4]) }, 4),
      'has 4 bytes, which 2 values of F32',
    ],
    ['an end before the start', safetensors({ a: f32([1], [4, 0]) }, 4), 'ends before it begins'],
    ['tensors over each other', safetensors({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, 4), 'lies over'],
    ['a hole', safetensors({ a: f32([1], [4, 8]) }, 8), 'bytes without a tensor before "a"'],
    ['bytes behind the last', safetensors({ a: f32([1], [0, 4]) }, 8), 'bytes without a tensor at the end'],
  ])('%s is told by its rule', async (_name, bytes, problem) => {
    const found = await of('m.safetensors', bytes);
    expect(found).not.toHaveProperty('model');
    expect(found.problems.join()).toContain(`safetensors header: `);
    expect(found.problems.join()).toContain(problem);
  });
});

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const u64 = (value: bigint | number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
const gguf = (tensors: bigint | number, keys: bigint | number, ...rest: Buffer[]): Buffer =>
  Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors), u64(keys), ...rest]);
const tensor = (name: string, shape: number[], type: number, place: number): Buffer =>
  Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(place)]);

describe('GGUF', () => {
  it('tells what the library wrote', async () => {
    const { model, problems } = await of('m.gguf', fixture('tiny.gguf'));
    expect(problems).toEqual([]);
    expect(model).toMatchObject({
      parameterCount: 3 * 64 + 2 * 64,
      tensorCount: 2,
      tensorTypes: { F32: 1, Q8_0: 1 },
      tensors: [
        { name: 'token_embd.weight', type: 'F32[64,3]' },
        { name: 'output.weight', type: 'Q8_0[64,2]' },
      ],
      metadata: {
        'general.architecture': 'llama',
        'general.name': 'tiny',
        'llama.context_length': '128',
        'tokenizer.ggml.tokens': 'string[3]',
        'tokenizer.ggml.scores': 'float32[3]',
        'tiny.flag': 'true',
      },
    });
  });

  it('weights of gigabytes are passed over', async () => {
    const head = gguf(1, 0, tensor('w', [2 ** 20, 2 ** 10], 0, 0));
    let bytesRead = 0;
    const reader: ContentReader = {
      sizeBytes: head.length + 64 + 2 ** 32,
      async read(start, end) {
        bytesRead += end - start;
        const bytes = Buffer.alloc(end - start);
        head.copy(bytes, 0, start);
        return bytes;
      },
    };
    const found = await profile(reader, { path: 'm.gguf' });
    expect(found?.model).toMatchObject({ parameterCount: 2 ** 30 });
    expect(bytesRead).toBeLessThan(1024 * 1024);
  });

  it.each([
    ['another magic', Buffer.from('GGML    '), 'does not begin with GGUF'],
    ['version 1', Buffer.concat([Buffer.from('GGUF'), u32(1), Buffer.alloc(40)]), 'version 1 is not read'],
    ['big-endian', Buffer.concat([Buffer.from('GGUF'), u32(0x03000000), Buffer.alloc(40)]), 'big-endian'],
    ['a count of 2^64 - 1', gguf(2n ** 64n - 1n, 0), 'the number of tensors is 18446744073709551615'],
    ['keys without end', gguf(0, 60_000), 'the file ends too early'],
    ['a text beyond the file', gguf(0, 1, u64(60_000)), 'the file ends too early'],
    ['a text of 2^63', gguf(0, 1, u64(2n ** 63n)), 'the length of a key is'],
    ['an array beyond the file', gguf(0, 1, text('a'), u32(9), u32(10), u64(3_000_000)), 'ends too early'],
    ['an array of 2^60', gguf(0, 1, text('a'), u32(9), u32(0), u64(2n ** 60n)), 'the length of an array is'],
    [
      'arrays in arrays',
      gguf(0, 1, text('a'), u32(9), ...Array.from({ length: 9 }, () => [u32(9), u64(1)]).flat()),
      'too deeply',
    ],
    ['an unknown type', gguf(0, 1, text('a'), u32(99)), 'a value of unknown type 99'],
    [
      'a key twice',
      gguf(0, 2, ...[0, 1].flatMap(() => [text('a'), u32(4), u32(1)])),
      'the key "a" comes twice',
    ],
    ['many dimensions', gguf(1, 0, text('w'), u32(4_000_000_000)), 'has 4000000000 dimensions'],
    ['a tensor beyond the file', gguf(1, 0, tensor('w', [64], 0, 0)), 'tensor "w" ends beyond the file'],
    ['a huge tensor', gguf(1, 0, tensor('w', [2 ** 40, 2 ** 40], 0, 0)), 'more than 2^53 values'],
    ['a half block', gguf(1, 0, tensor('w', [31], 8, 0)), 'no multiple of 32'],
    ['an odd place', gguf(1, 0, tensor('w', [1], 0, 7)), 'is not aligned to 32 bytes'],
    [
      'tensors over each other',
      gguf(2, 0, tensor('v', [16], 0, 0), tensor('w', [16], 0, 32), Buffer.alloc(200)),
      'lies over another one',
    ],
    ['an alignment of 0', gguf(0, 1, text('general.alignment'), u32(4), u32(0)), 'no multiple of 8'],
  ])('%s is told by its rule', async (_name, bytes, problem) => {
    const found = await of('m.gguf', bytes);
    expect(found).not.toHaveProperty('model');
    expect(found.problems.join()).toContain(problem);
  });
});

it('any cut and any flipped bytes of a header give a profile', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('tiny.safetensors', 'tiny.gguf'),
      fc.nat(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 6 }),
      async (name, cut, flips) => {
        const bytes = Buffer.from(fixture(name));
        for (const [at, value] of flips) bytes[at % bytes.length] = value;
        const found = await of(name, bytes.subarray(0, cut % (bytes.length + 1)));
        expect(found.problems.length).toBeLessThanOrEqual(20);
        expect(JSON.parse(JSON.stringify(found))).toEqual(found);
      },
    ),
    { numRuns: 500 },
  );
});
