import type { ServerResponse } from 'node:http';
import { finished, type Readable } from 'node:stream';

/** What is written at once: the fewer writes, the fewer times reader and service wake each other. */
const GATHERED_BYTES = 512 * 1024;

/**
 * Sends a stream as the body of an answer whose head says how long it is. Chunks that come at about the same time are written together. What
 * fails on either side ends the other one, so that nobody reads from the store what nobody waits for.
 * @throws the error of the stream; ERR_STREAM_PREMATURE_CLOSE when the client went away
 */
export function sendBytes(stream: Readable, answer: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    let gatheredBytes = 0;
    let flushing: NodeJS.Immediate | undefined;
    const flush = (): void => {
      clearImmediate(flushing);
      flushing = undefined;
      gatheredBytes = 0;
      answer.uncork();
    };
    const end = (error?: Error | null): void => {
      if (flushing !== undefined) flush();
      if (!error) return resolve();
      stream.destroy();
      answer.destroy();
      reject(error);
    };
    finished(answer, end);
    finished(stream, (error) => {
      if (error) return end(error);
      if (flushing !== undefined) flush();
      answer.end();
    });
    answer.on('drain', () => stream.resume());
    stream.on('data', (chunk: Uint8Array) => {
      if (flushing === undefined) {
        answer.cork();
        flushing = setImmediate(flush);
      }
      gatheredBytes += chunk.byteLength;
      const hasRoom = answer.write(chunk);
      if (gatheredBytes >= GATHERED_BYTES) flush();
      if (!hasRoom) stream.pause();
    });
  });
}
