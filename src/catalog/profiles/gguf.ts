import { ByteCursor } from './byte-cursor.js';
import type { ContentReader } from './content-reader.js';
import type { ContentProfile, Problems } from './profile.js';
import { checkPlaces, countOf, HeaderFault, profileOfTensors, type Tensor } from './tensors.js';

/** Vocabularies are in the header; those of large models have some megabytes. */
const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const MAX_KEYS = 65_536;
const MAX_TENSORS = 100_000;
const MAX_KEY_BYTES = 65_535;
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_ELEMENTS = 4_000_000;
const MAX_DEPTH = 3;
const MAX_DIMENSIONS = 8;
const DEFAULT_ALIGNMENT = 32;

/** Types of metadata values, by their number. */
const TEXT = 8;
const ARRAY = 9;
const SCALARS: Readonly<Record<number, { readonly name: string; readonly bytes: number }>> = {
  0: { name: 'uint8', bytes: 1 },
  1: { name: 'int8', bytes: 1 },
  2: { name: 'uint16', bytes: 2 },
  3: { name: 'int16', bytes: 2 },
  4: { name: 'uint32', bytes: 4 },
  5: { name: 'int32', bytes: 4 },
  6: { name: 'float32', bytes: 4 },
  7: { name: 'bool', bytes: 1 },
  10: { name: 'uint64', bytes: 8 },
  11: { name: 'int64', bytes: 8 },
  12: { name: 'float64', bytes: 8 },
};

/** Types of tensors by their number: name, values in a block, bytes of a block. Source: gguf 0.19, `GGML_QUANT_SIZES`. */
const TENSOR_TYPES: Readonly<Record<number, readonly [string, number, number]>> = {
  ...{ 0: ['F32', 1, 4], 1: ['F16', 1, 2], 2: ['Q4_0', 32, 18], 3: ['Q4_1', 32, 20], 6: ['Q5_0', 32, 22] },
  ...{ 7: ['Q5_1', 32, 24], 8: ['Q8_0', 32, 34], 9: ['Q8_1', 32, 40], 10: ['Q2_K', 256, 84] },
  ...{ 11: ['Q3_K', 256, 110], 12: ['Q4_K', 256, 144], 13: ['Q5_K', 256, 176], 14: ['Q6_K', 256, 210] },
  ...{ 15: ['Q8_K', 256, 292], 16: ['IQ2_XXS', 256, 66], 17: ['IQ2_XS', 256, 74], 18: ['IQ3_XXS', 256, 98] },
  ...{ 19: ['IQ1_S', 256, 50], 20: ['IQ4_NL', 32, 18], 21: ['IQ3_S', 256, 110], 22: ['IQ2_S', 256, 82] },
  ...{ 23: ['IQ4_XS', 256, 136], 24: ['I8', 1, 1], 25: ['I16', 1, 2], 26: ['I32', 1, 4], 27: ['I64', 1, 8] },
  ...{ 28: ['F64', 1, 8], 29: ['IQ1_M', 256, 56], 30: ['BF16', 1, 2], 34: ['TQ1_0', 256, 54] },
  ...{ 35: ['TQ2_0', 256, 66], 39: ['MXFP4', 32, 17], 40: ['NVFP4', 64, 36], 41: ['Q1_0', 128, 18] },
};

/**
 * Tensors and metadata of a GGUF file, versions 2 and 3, from its header; weights are passed over unread.
 * Source: docs/gguf.md in github.com/ggml-org/ggml.
 */
export async function profileGguf(
  reader: ContentReader,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  const cursor = new ByteCursor(reader, MAX_HEADER_BYTES);
  try {
    const { tensorCount, keyCount } = await readStart(cursor);
    const metadata = new Map<string, string>();
    for (let i = 0; i < keyCount; i += 1) {
      const key = await cursor.text('a key', MAX_KEY_BYTES);
      const value = await readValue(cursor, await cursor.uint(4), 0);
      if (metadata.has(key))
        throw new HeaderFault(`the key ${JSON.stringify(key.slice(0, 100))} comes twice`);
      metadata.set(key, value);
    }
    const alignment = Number(metadata.get('general.alignment') ?? DEFAULT_ALIGNMENT);
    if (!Number.isInteger(alignment) || alignment < 8 || alignment % 8 !== 0) {
      throw new HeaderFault('general.alignment is no multiple of 8');
    }
    const tensors: Tensor[] = [];
    for (let i = 0; i < tensorCount; i += 1) tensors.push(await readTensor(cursor, alignment));
    if (new Set(tensors.map(({ name }) => name)).size < tensors.length) {
      throw new HeaderFault('two tensors have one name');
    }
    const dataStart = Math.ceil(cursor.at / alignment) * alignment;
    checkPlaces(tensors, Math.max(0, reader.sizeBytes - dataStart), false);
    return profileOfTensors('gguf', tensors, metadata);
  } catch (error) {
    if (!(error instanceof HeaderFault)) throw error;
    problems.add(`gguf header: ${error.message}`);
    return { format: 'gguf', columns: [] };
  }
}

async function readStart(cursor: ByteCursor): Promise<{ tensorCount: number; keyCount: number }> {
  // "GGUF" as a little-endian number.
  if ((await cursor.uint(4)) !== 0x46554747) throw new HeaderFault('the file does not begin with GGUF');
  const version = await cursor.uint(4);
  if (version === 2 * 2 ** 24 || version === 3 * 2 ** 24)
    throw new HeaderFault('big-endian files are not read');
  if (version !== 2 && version !== 3) throw new HeaderFault(`version ${version} is not read, only 2 and 3`);
  const tensorCount = await cursor.count('the number of tensors', MAX_TENSORS);
  return { tensorCount, keyCount: await cursor.count('the number of keys', MAX_KEYS) };
}

/** @returns the value as text; of an array its type and length */
async function readValue(cursor: ByteCursor, type: number, depth: number): Promise<string> {
  if (type === TEXT) return cursor.text('a text', MAX_TEXT_BYTES);
  if (type !== ARRAY) return readScalar(cursor, type);
  if (depth === MAX_DEPTH) throw new HeaderFault('arrays are nested too deeply');
  const element = await cursor.uint(4);
  const count = await cursor.count('the length of an array', MAX_ELEMENTS);
  const scalar = SCALARS[element];
  if (scalar !== undefined) cursor.skip(count * scalar.bytes);
  else for (let i = 0; i < count; i += 1) await readValue(cursor, element, depth + 1);
  return `${scalar?.name ?? (element === TEXT ? 'string' : 'array')}[${count}]`;
}

async function readScalar(cursor: ByteCursor, type: number): Promise<string> {
  const scalar = SCALARS[type];
  switch (scalar?.name) {
    case undefined:
      throw new HeaderFault(`a value of unknown type ${type}`);
    case 'bool':
      return String((await cursor.uint(1)) !== 0);
    case 'uint64':
      return String(await cursor.uint64());
    case 'int64':
      return String(await cursor.int64());
    case 'float32':
    case 'float64':
      return String(await cursor.float(scalar!.bytes as 4 | 8));
    default: {
      const bytes = scalar!.bytes as 1 | 2 | 4;
      return String(scalar!.name.startsWith('u') ? await cursor.uint(bytes) : await cursor.int(bytes));
    }
  }
}

async function readTensor(cursor: ByteCursor, alignment: number): Promise<Tensor> {
  const name = await cursor.text('the name of a tensor', MAX_KEY_BYTES);
  const shown = JSON.stringify(name.slice(0, 100));
  const dimensions = await cursor.uint(4);
  if (dimensions > MAX_DIMENSIONS) throw new HeaderFault(`tensor ${shown} has ${dimensions} dimensions`);
  const shape: number[] = [];
  for (let i = 0; i < dimensions; i += 1) {
    shape.push(await cursor.count(`a dimension of tensor ${shown}`, Number.MAX_SAFE_INTEGER));
  }
  const type = await cursor.uint(4);
  const start = await cursor.count(`the place of tensor ${shown}`, Number.MAX_SAFE_INTEGER);
  if (start % alignment !== 0) throw new HeaderFault(`tensor ${shown} is not aligned to ${alignment} bytes`);
  const known = TENSOR_TYPES[type];
  const count = countOf(shape);
  if (known === undefined) return { name, type: `type ${type}`, shape, start };
  const [typeName, blockValues, blockBytes] = known;
  if ((shape[0] ?? 1) % blockValues !== 0) {
    throw new HeaderFault(`tensor ${shown} of ${typeName} has rows that are no multiple of ${blockValues}`);
  }
  return { name, type: typeName, shape, start, end: start + (count / blockValues) * blockBytes };
}
