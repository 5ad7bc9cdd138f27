import { z } from 'zod';

import type { ContentReader } from './content-reader.js';
import { type ContentProfile, MAX_FOOTER_BYTES, type Problems } from './profile.js';
import { checkPlaces, countOf, HeaderFault, profileOfTensors, type Tensor } from './tensors.js';

const LENGTH_BYTES = 8;

/** Bits of a value. Source: safetensors 0.8, `Dtype`. */
const BITS: ReadonlyMap<string, number> = new Map([
  ...['F4'].map((type) => [type, 4] as const),
  ...['F6_E2M3', 'F6_E3M2'].map((type) => [type, 6] as const),
  ...['BOOL', 'U8', 'I8', 'F8_E5M2', 'F8_E4M3', 'F8_E8M0', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ'].map(
    (type) => [type, 8] as const,
  ),
  ...['I16', 'U16', 'F16', 'BF16'].map((type) => [type, 16] as const),
  ...['I32', 'U32', 'F32'].map((type) => [type, 32] as const),
  ...['I64', 'U64', 'F64', 'C64'].map((type) => [type, 64] as const),
]);

const size = z.int().min(0);
const TENSOR = z.object({
  dtype: z.string().max(32),
  shape: z.array(size).max(64),
  data_offsets: z.tuple([size, size]),
});
const METADATA = z.record(z.string(), z.string());

/**
 * Tensors and metadata of a safetensors file of any size, from its JSON header. No value is read, and nothing in the format
 * is code. Source: the format's description in github.com/huggingface/safetensors.
 */
export async function profileSafetensors(
  reader: ContentReader,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  try {
    const { header, dataBytes } = await readHeader(reader);
    const { __metadata__: metadata = {}, ...entries } = header;
    const told = METADATA.safeParse(metadata);
    if (!told.success) throw new HeaderFault('its metadata are not texts by name');
    const tensors = Object.entries(entries).map(([name, entry]) => tensorOf(name, entry));
    checkPlaces(tensors, dataBytes, true);
    return profileOfTensors('safetensors', tensors, new Map(Object.entries(told.data)));
  } catch (error) {
    if (!(error instanceof HeaderFault)) throw error;
    problems.add(`safetensors header: ${error.message}`);
    return { format: 'safetensors', columns: [] };
  }
}

async function readHeader(
  reader: ContentReader,
): Promise<{ header: Record<string, unknown>; dataBytes: number }> {
  if (reader.sizeBytes < LENGTH_BYTES + 2) throw new HeaderFault('the file is too short');
  const length = Number(Buffer.from(await reader.read(0, LENGTH_BYTES)).readBigUInt64LE());
  const dataBytes = reader.sizeBytes - LENGTH_BYTES - length;
  if (dataBytes < 0) throw new HeaderFault(`a header of ${length} bytes does not fit into the file`);
  if (length > MAX_FOOTER_BYTES) {
    throw new HeaderFault(`it has ${length} bytes, more than the ${MAX_FOOTER_BYTES} that are read`);
  }
  const bytes = Buffer.from(await reader.read(LENGTH_BYTES, LENGTH_BYTES + length));
  if (bytes[0] !== 0x7b) throw new HeaderFault('it does not begin with {');
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return { header: JSON.parse(text) as Record<string, unknown>, dataBytes };
  } catch (error) {
    throw new HeaderFault('it is not JSON', { cause: error });
  }
}

function tensorOf(name: string, entry: unknown): Tensor {
  const shown = JSON.stringify(name.slice(0, 100));
  const parsed = TENSOR.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new HeaderFault(`tensor ${shown}: ${issue!.path.join('.')} ${issue!.message}`);
  }
  const { dtype: type, shape, data_offsets: places } = parsed.data;
  const [start, end] = places;
  const bits = BITS.get(type);
  const count = countOf(shape);
  if (end < start) throw new HeaderFault(`tensor ${shown} ends before it begins`);
  if (bits !== undefined && Math.ceil((count * bits) / 8) !== end - start) {
    throw new HeaderFault(
      `tensor ${shown} has ${end - start} bytes, which ${count} values of ${type} do not fill`,
    );
  }
  return { name, type, shape, start, end };
}
