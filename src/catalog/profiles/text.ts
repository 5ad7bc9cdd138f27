import { setImmediate } from 'node:timers/promises';

import type { ContentReader } from './content-reader.js';
import type { Problems } from './profile.js';

const CHUNK_BYTES = 1024 * 1024;

/** Text read from the start of a file, up to the scan limit. */
export interface DecodedText {
  /** The first megabyte, to look at before reading on. */
  readonly head: string;
  readonly chunks: AsyncIterable<string>;
  readonly isSampled: boolean;
}

/**
 * Finds the encoding (a byte order mark, else UTF-8 if the first megabyte is, else Latin-1 in its Windows form, the
 * usual case of old exports) and decodes.
 * @returns `undefined` after naming the problem when this is no text
 */
export async function decodeText(
  reader: ContentReader,
  problems: Problems,
  maxScanBytes: number,
): Promise<DecodedText | undefined> {
  const first = await reader.read(0, Math.min(reader.sizeBytes, maxScanBytes, CHUNK_BYTES));
  const encoding = encodingOf(first, first.byteLength === reader.sizeBytes);
  if (encoding === 'binary') {
    problems.add('encoding: the file has NUL bytes, so it is not text');
    return undefined;
  }
  if (encoding === 'windows-1252') problems.add('encoding: not UTF-8, read as Latin-1; save it as UTF-8');
  const endByte = Math.min(reader.sizeBytes, maxScanBytes);
  async function* chunks(): AsyncIterable<string> {
    const decoder = new TextDecoder(encoding);
    for (let start = 0; start < endByte; start += CHUNK_BYTES) {
      const bytes = start === 0 ? first : await reader.read(start, Math.min(endByte, start + CHUNK_BYTES));
      const text = decoder.decode(bytes, { stream: true });
      if (text !== '') yield text;
      // Lets other requests have their turn while a large file is scanned.
      await setImmediate();
    }
  }
  return {
    head: new TextDecoder(encoding).decode(first, { stream: true }),
    chunks: chunks(),
    isSampled: endByte < reader.sizeBytes,
  };
}

function encodingOf(first: Uint8Array, isAll: boolean): string {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be';
  if (first.includes(0)) return 'binary';
  try {
    // `stream` forgives a character that the end of the first megabyte cuts.
    new TextDecoder('utf-8', { fatal: true }).decode(first, { stream: !isAll });
    return 'utf-8';
  } catch {
    return 'windows-1252';
  }
}
