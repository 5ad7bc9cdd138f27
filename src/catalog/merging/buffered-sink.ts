import { writeSync } from 'node:fs';

import type { Sink } from './rows/row-writer.js';

const BUFFER_BYTES = 1024 * 1024;

/** Rows are small; a write for each would take most of the time. */
export function bufferedSink(file: number): { readonly sink: Sink; flush(): void } {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let used = 0;
  const flush = (): void => {
    writeAll(file, buffer.subarray(0, used));
    used = 0;
  };
  const sink: Sink = (bytes) => {
    if (used + bytes.byteLength > BUFFER_BYTES) flush();
    if (bytes.byteLength > BUFFER_BYTES) writeAll(file, bytes);
    else {
      buffer.set(bytes, used);
      used += bytes.byteLength;
    }
  };
  return { sink, flush };
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at);
}
