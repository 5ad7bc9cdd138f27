import type { EventEmitter } from 'node:events';
import type { Sink } from './io.js';
import { EXIT } from './exit-codes.js';

/** What a shell says of a program that SIGPIPE ended. */
const READER_IS_GONE = 128 + 13;

/**
 * Ends the process as SIGPIPE ends others when nobody reads it any more (`cairn ls … | head`), and with a message when
 * its output cannot be written.
 * @param exit ends the process
 */
export function endWithOutput(
  output: { readonly stdout: EventEmitter; readonly stderr: EventEmitter & Sink },
  exit: (code: number) => unknown,
): void {
  output.stderr.on('error', () => exit(READER_IS_GONE));
  output.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return exit(READER_IS_GONE);
    output.stderr.write(`cairn: standard output: ${error.message}\n`);
    return exit(EXIT.failure);
  });
}

/** Writes bytes, and waits while their reader is slower than their source. */
export async function writeWaiting(sink: Sink, bytes: Uint8Array): Promise<void> {
  if (sink.write(bytes) !== false || sink.once === undefined) return;
  await new Promise<void>((resolve) => sink.once?.('drain', resolve));
}
