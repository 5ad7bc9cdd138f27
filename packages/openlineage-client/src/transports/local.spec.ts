import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ConfigurationError, EmissionError } from '../errors.js';
import { eventOf } from '../testing/events.js';
import { failureOf } from '../testing/failure-of.js';
import { ConsoleTransport } from './console.js';
import { FileTransport } from './file.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openlineage-client-'));
});
afterAll(() => rm(folder, { recursive: true }));

const events = Array.from({ length: 50 }, (_, index) => eventOf(`job${index}`));
const parsed = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

test('events emitted at once are whole lines of the file, in order, behind what was there', async () => {
  const path = join(folder, 'events.jsonl');
  await new FileTransport({ path }).emitBatch(events.slice(0, 10));
  const transport = new FileTransport({ path });
  await transport.emitBatch([]);
  await Promise.all(events.slice(10).map((event) => transport.emit(event)));
  await transport.close();
  expect(parsed(await readFile(path, 'utf8'))).toEqual(events);
});

test('a file that cannot be written fails by its path', async () => {
  const path = join(folder, 'absent', 'events.jsonl');
  const error = await failureOf(EmissionError, new FileTransport({ path }).emit(eventOf('a')));
  expect(error).toMatchObject({ transport: 'file', target: path, attempts: 1 });
  expect(error.message).toContain('ENOENT');
});

test('a file transport without a path is refused', () => {
  expect(() => new FileTransport({ path: '' })).toThrow(ConfigurationError);
});

test('the console transport writes one line for each event and leaves the stream open', async () => {
  const stream = new PassThrough();
  const transport = new ConsoleTransport(stream);
  await transport.emit(eventOf('a'));
  await transport.emitBatch([eventOf('b'), eventOf('c')]);
  await transport.emitBatch([]);
  await transport.close();
  expect(stream.writable).toBe(true);
  expect(parsed(String(stream.read()))).toHaveLength(3);
});

test('a stream that fails is an error of the event', async () => {
  const full: Writable = createWriteStream('/dev/full');
  full.on('error', () => undefined);
  const error = await failureOf(EmissionError, new ConsoleTransport(full).emit(eventOf('a')));
  expect(error.message).toContain('ENOSPC');
});
