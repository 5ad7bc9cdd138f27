import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sendBytes } from './send-bytes.js';

const CHUNK = Buffer.alloc(64 * 1024, 'c');

describe('bytes of an answer', () => {
  let server: Server;
  afterEach(() => {
    server.close();
  });

  /** Serves a stream that is announced as `sizeBytes`, and tells what became of it. */
  async function serve(stream: Readable, sizeBytes: number) {
    let settle: (error?: unknown) => void;
    const outcome = new Promise<unknown>((resolve) => (settle = resolve));
    server = createServer((_request, answer) => {
      answer.writeHead(200, { 'content-length': sizeBytes });
      sendBytes(stream, answer).then(
        () => settle(),
        (error: unknown) => settle(error),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const request = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return { answer, outcome };
  }

  it('chunks of any size come in their order', async () => {
    const sizes = [1, 70_000, 3, 524_288, 524_289, 1, 9_000_000, 12];
    const chunks = sizes.map((size, i) => Buffer.alloc(size, i + 1));
    const whole = Buffer.concat(chunks);
    const { answer, outcome } = await serve(Readable.from(chunks, { objectMode: false }), whole.length);
    expect((await buffer(answer)).equals(whole)).toBe(true);
    expect(await outcome).toBeUndefined();
  });

  it('an empty body ends', async () => {
    const { answer, outcome } = await serve(Readable.from([], { objectMode: false }), 0);
    expect(await buffer(answer)).toHaveLength(0);
    expect(await outcome).toBeUndefined();
  });

  it('a stream that fails breaks the answer off, after what came before', async () => {
    async function* failing() {
      yield CHUNK;
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('the store is gone');
    }
    const { answer, outcome } = await serve(Readable.from(failing()), 10 * CHUNK.length);
    const came: Buffer[] = [];
    await expect(
      (async () => {
        for await (const chunk of answer) came.push(chunk as Buffer);
      })(),
    ).rejects.toThrow('aborted');
    expect(Buffer.concat(came)).toHaveLength(CHUNK.length);
    expect(await outcome).toEqual(new Error('the store is gone'));
  });

  it('a client that is slow holds the stream up, and one that goes away ends it', async () => {
    let given = 0;
    const endless = new Readable({
      read() {
        given += 1;
        this.push(CHUNK);
      },
    });
    const { answer, outcome } = await serve(endless, Number.MAX_SAFE_INTEGER);
    answer.pause();
    let before = -1;
    while (before !== given) {
      before = given;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // What fits into the buffers of two ends of a connection.
    expect(given * CHUNK.length).toBeLessThan(64 * 1024 ** 2);
    answer.destroy();
    expect(await outcome).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect(endless.destroyed).toBe(true);
  });
});
