import type { ContentReader } from './content-reader.js';
import { profileCsv } from './csv.js';
import { profileGguf } from './gguf.js';
import { profileJson } from './json.js';
import { profileOnnx } from './onnx.js';
import { profileParquet } from './parquet.js';
import { MAX_SCAN_BYTES, Problems, type ContentProfile, type ProfileFormat } from './profile.js';
import { profileSafetensors } from './safetensors.js';

const BY_EXTENSION: ReadonlyMap<string, ProfileFormat> = new Map([
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['json', 'json'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
  ['parquet', 'parquet'],
  ['pq', 'parquet'],
  ['onnx', 'onnx'],
  ['safetensors', 'safetensors'],
  ['gguf', 'gguf'],
]);

const BY_CONTENT_TYPE: ReadonlyMap<string, ProfileFormat> = new Map([
  ['text/csv', 'csv'],
  ['text/tab-separated-values', 'csv'],
  ['application/json', 'json'],
  ['application/jsonl', 'jsonl'],
  ['application/x-ndjson', 'jsonl'],
  ['application/vnd.apache.parquet', 'parquet'],
  ['application/x-parquet', 'parquet'],
  ['application/onnx', 'onnx'],
]);

/** What is known of a file besides its bytes. */
export interface ContentHint {
  readonly path: string;
  readonly contentType?: string;
}

/** The format by the path's extension, else by the media type; `undefined` when neither is known. */
export function formatOf({ path, contentType }: ContentHint): ProfileFormat | undefined {
  const extension = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  const mediaType = contentType?.split(';')[0]?.trim().toLowerCase();
  return BY_EXTENSION.get(extension ?? '') ?? BY_CONTENT_TYPE.get(mediaType ?? '');
}

/**
 * Schema, row count and statistics of a file. Memory is bounded whatever the file says of itself; a broken or hostile
 * one gives a profile whose `problems` name what is wrong. Depends on the bytes and the format only, so that it can be
 * kept by (digest, format).
 * @param maxScanBytes where reading a text format stops and the profile becomes that of a sample
 * @returns `undefined` for formats that are not profiled
 * @throws only what `reader` throws: a store that fails says nothing about the file
 */
export async function profile(
  reader: ContentReader,
  hint: ContentHint,
  maxScanBytes = MAX_SCAN_BYTES,
): Promise<ContentProfile | undefined> {
  const format = formatOf(hint);
  if (format === undefined) return undefined;
  const problems = new Problems();
  let failure: { readonly error: unknown } | undefined;
  const watched: ContentReader = {
    sizeBytes: reader.sizeBytes,
    read: (start, end) =>
      reader.read(start, end).catch((error: unknown) => {
        failure = { error };
        throw error;
      }),
  };
  try {
    const found = await profileAs(format, watched, maxScanBytes, problems);
    return { ...found, problems: problems.toList() };
  } catch {
    if (failure !== undefined) throw failure.error;
    // The parsers are others' work; what they throw on broken input beyond their documented errors ends here.
    problems.add(`${format}: the file does not follow the format`);
    return { format, columns: [], problems: problems.toList() };
  }
}

function profileAs(
  format: ProfileFormat,
  reader: ContentReader,
  maxScanBytes: number,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  switch (format) {
    case 'csv':
      return profileCsv(reader, maxScanBytes, problems);
    case 'json':
    case 'jsonl':
      return profileJson(reader, format, maxScanBytes, problems);
    case 'parquet':
      return profileParquet(reader, problems);
    case 'onnx':
      return profileOnnx(reader, problems);
    case 'safetensors':
      return profileSafetensors(reader, problems);
    case 'gguf':
      return profileGguf(reader, problems);
  }
}
