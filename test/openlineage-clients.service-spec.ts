import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { serviceEnvironment } from './support/services.js';

const FIXTURES = path.join(import.meta.dirname, 'fixtures/openlineage-clients');
const CLIENTS = [
  ['openlineage-python', serviceEnvironment('marquez-client')['MARQUEZ_PYTHON']!, 'emits.py'],
  ['this client', process.execPath, 'emits.mjs'],
] as const;

interface Received {
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly event: unknown;
}

let url: string;
let received: Received[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const bytes = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    received.push({ path: request.url, headers: request.headers, event: JSON.parse(text.toString()) });
    response.end('{}');
  });
});
let folder: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'openlineage-clients-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Without what a client says of itself and what is empty. */
function essence(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(essence);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => key !== 'tags')
    .map(([key, member]) => [key, essence(member)] as const)
    .filter(([, member]) => typeof member !== 'object' || member === null || Object.keys(member).length > 0);
  return Object.fromEntries(kept);
}

/** What arrives, and what is written, when a client emits the event. */
async function outcome(
  [, command, script]: (typeof CLIENTS)[number],
  environment: Readonly<Record<string, string>>,
) {
  received = [];
  await promisify(execFile)(command, [path.join(FIXTURES, script)], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
  });
  const written = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => readFileSync(path.join(folder, name), 'utf8').trim().split('\n'));
  for (const name of readdirSync(folder)) if (name.endsWith('.jsonl')) rmSync(path.join(folder, name));
  return {
    requests: received
      .map(({ path: at, headers, event }) => ({
        at,
        authorization: headers.authorization,
        encoding: headers['content-encoding'],
        type: headers['content-type']?.split(';')[0],
        team: headers['x-team'],
        event: essence(event),
      }))
      .sort((a, b) => (a.at! < b.at! ? -1 : 1)),
    written: written.flat().map((line) => essence(JSON.parse(line))),
  };
}

interface Configuration {
  readonly environment: Readonly<Record<string, string>>;
  readonly file?: { readonly name: string; readonly text: string };
  readonly requests: number;
  readonly written?: number;
}

const configurations = (url: string): Record<string, Configuration> => ({
  'a URL': { environment: { OPENLINEAGE_URL: url }, requests: 1 },
  'a URL with an endpoint and a key': {
    environment: { OPENLINEAGE_URL: url, OPENLINEAGE_ENDPOINT: 'events/in', OPENLINEAGE_API_KEY: 'secret' },
    requests: 1,
  },
  'a transport in variables': {
    environment: {
      OPENLINEAGE__TRANSPORT__TYPE: 'http',
      OPENLINEAGE__TRANSPORT__URL: url,
      OPENLINEAGE__TRANSPORT__ENDPOINT: '/lineage',
      OPENLINEAGE__TRANSPORT__AUTH: '{"type": "api_key", "apiKey": "secret"}',
      OPENLINEAGE__TRANSPORT__COMPRESSION: 'gzip',
      OPENLINEAGE__TRANSPORT__CUSTOM_HEADERS: '{"x-team": "shop"}',
    },
    requests: 1,
  },
  'the file here': {
    environment: {},
    file: { name: 'openlineage.yml', text: `transport: { type: http, url: '${url}', compression: gzip }` },
    requests: 1,
  },
  'a file that is named, and variables over it': {
    environment: { OPENLINEAGE_CONFIG: 'named.yml', OPENLINEAGE__TRANSPORT__ENDPOINT: 'other' },
    file: { name: 'named.yml', text: `transport: { type: http, url: '${url}', endpoint: first }` },
    requests: 1,
  },
  'several transports': {
    environment: {},
    file: {
      name: 'openlineage.yml',
      text: `transport:
  type: composite
  transports:
    one: { type: http, url: '${url}', endpoint: one }
    two: { type: http, url: '${url}', endpoint: two, auth: { type: api_key, apiKey: secret } }
    log: { type: file, log_file_path: events.jsonl, append: true }`,
    },
    requests: 2,
    written: 1,
  },
  'nothing at all': { environment: {}, requests: 0 },
  'a URL, and disabled': { environment: { OPENLINEAGE_URL: url, OPENLINEAGE_DISABLED: 'true' }, requests: 0 },
});

describe('an unmodified openlineage-python and this client, set up alike, send alike', () => {
  test.each(Object.keys(configurations('')))('by %s', async (name) => {
    const { environment, file, requests, written = 0 } = configurations(url)[name]!;
    if (file !== undefined) writeFileSync(path.join(folder, file.name), file.text);
    const [python, own] = [await outcome(CLIENTS[0], environment), await outcome(CLIENTS[1], environment)];
    expect(own.requests).toEqual(python.requests);
    expect(own.written).toEqual(python.written);
    expect([own.requests.length, own.written.length]).toEqual([requests, written]);
  });
});
