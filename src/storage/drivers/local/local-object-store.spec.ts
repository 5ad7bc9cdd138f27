import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, describe, expect, it } from '@jest/globals';

import { describeObjectStore } from '../../contract/object-store.contract.js';
import { StoreUnavailableError } from '../../errors.js';
import { sha256Of } from '../../sha256.js';
import { objectKey } from '../../verified.js';
import { LocalObjectStore } from './local-object-store.js';

const roots: string[] = [];
function freshRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'cairn-objects-'));
  roots.push(root);
  return root;
}
afterAll(() => {
  for (const root of roots) {
    // The small file system of one test; fails where there was none.
    spawnSync('umount', [root]);
    rmSync(root, { recursive: true, force: true });
  }
});

describeObjectStore('local', async () => {
  const root = freshRoot();
  return {
    store: await LocalObjectStore.open(root),
    damage: async (sha256, bytes) => {
      chmodSync(join(root, objectKey(sha256)), 0o644);
      writeFileSync(join(root, objectKey(sha256)), bytes);
    },
    leftovers: async () => readdirSync(join(root, 'tmp')),
    close: async () => undefined,
  };
});

const HERE = dirname(fileURLToPath(import.meta.url));

/** Lets a plain Node process load this project's TypeScript, with the settings of `.swcrc`. */
const TYPESCRIPT_LOADER = `
  import { createRequire } from 'node:module';
  import { fileURLToPath } from 'node:url';
  const { transformFile } = createRequire(${JSON.stringify(import.meta.url)})('@swc/core');
  export const resolve = (name, context, next) =>
    next(name, context).catch(() => next(name.replace(/\\.js$/, '.ts'), context));
  export const load = async (url, context, next) =>
    url.endsWith('.ts')
      ? { format: 'module', shortCircuit: true, source: (await transformFile(fileURLToPath(url))).code }
      : next(url, context);
`;

const FILL_THE_DISK = `
  import { readdirSync } from 'node:fs';
  const { LocalObjectStore } = await import(${JSON.stringify(join(HERE, 'local-object-store.ts'))});
  const root = process.env.STORE_ROOT;
  const store = await LocalObjectStore.open(root);
  const small = await store.put(Buffer.from('there before'));
  async function* tooMuch() {
    for (let i = 0; i < 64; i += 1) yield Buffer.alloc(65536, i);
  }
  const kindOf = (promise) => promise.then(() => 'stored', (error) => error.kind ?? String(error));
  const refused = [await kindOf(store.put(tooMuch())), await kindOf(store.put(Buffer.alloc(3000000)))];
  const leftovers = readdirSync(root + '/tmp');
  const before = (await store.read(small.sha256, 100)).toString();
  const fitting = await kindOf(store.put(Buffer.alloc(400000, 'fits')));
  let count = 0;
  for await (const object of store.list()) count += 1;
  console.log(JSON.stringify({ refused, leftovers, before, fitting, count }));
`;

/** The shell code makes the place small, in a process of its own so that nothing else feels it. */
function fillTheDisk(makeSmall: string): unknown {
  const dataUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;
  const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(TYPESCRIPT_LOADER))});`;
  const run = spawnSync(
    'sh',
    [
      '-c',
      `${makeSmall} && exec "$0" --import "$1" --input-type=module -e "$2"`,
      process.execPath,
      dataUrl(register),
      FILL_THE_DISK,
    ],
    { env: { ...process.env, NODE_OPTIONS: '', STORE_ROOT: freshRoot() }, encoding: 'utf8' },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}

const FILE_SIZE_LIMIT = 'ulimit -f 2048';
const SMALL_FILE_SYSTEM =
  'mount -t tmpfs -o size=1m tmpfs "$STORE_ROOT" 2>/dev/null || { ' + FILE_SIZE_LIMIT + '; }';

describe('local object store', () => {
  it.each([
    ['file system of a megabyte (a size limit where mounting is not permitted)', SMALL_FILE_SYSTEM],
    ['limit on the size of a file', FILE_SIZE_LIMIT],
  ])('a %s refuses the object, keeps what is there and has room for what fits', (_name, makeSmall) => {
    expect(fillTheDisk(makeSmall)).toEqual({
      refused: ['storage-full', 'storage-full'],
      leftovers: [],
      before: 'there before',
      fitting: 'stored',
      count: 2,
    });
  });

  it('objects are read-only files', async () => {
    const root = freshRoot();
    const { sha256 } = await (await LocalObjectStore.open(root)).put(Buffer.from('kept'));
    expect(statSync(join(root, objectKey(sha256))).mode & 0o777).toBe(0o444);
  });

  it('opening clears what dead writers left and keeps what may still be written', async () => {
    const root = freshRoot();
    await LocalObjectStore.open(root);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const leave = (name: string, ageMs: number): string => {
      const path = join(root, 'tmp', name);
      writeFileSync(path, 'half');
      utimesSync(path, (Date.now() - ageMs) / 1000, (Date.now() - ageMs) / 1000);
      return path;
    };
    const hourMs = 3_600_000;
    const gone = [
      leave(`${hostname()}.${dead}.a`, 0),
      leave(`${hostname()}.${process.pid}.b`, 1000 * hourMs),
      leave('another.host.77.c', 25 * hourMs),
    ];
    const kept = [
      leave(`${hostname()}.${process.pid}.d`, 0),
      leave(`${hostname()}.${process.ppid}.e`, 0),
      leave('another.host.77.f', 23 * hourMs),
    ];
    await LocalObjectStore.open(root);
    expect(gone.map((path) => existsSync(path))).toEqual([false, false, false]);
    expect(kept.map((path) => existsSync(path))).toEqual([true, true, true]);
  });

  it('what was stored is there after the store is opened again, and other files are not taken for objects', async () => {
    const root = freshRoot();
    const { sha256 } = await (await LocalObjectStore.open(root)).put(Buffer.from('durable'));
    writeFileSync(join(root, 'objects', sha256.slice(0, 2), 'README'), 'not an object');
    const again = await LocalObjectStore.open(root);
    const found = [];
    for await (const object of again.list()) found.push(object);
    expect(found).toEqual([{ sha256, sizeBytes: 7 }]);
  });

  it('putting the bytes again mends a damaged object', async () => {
    const root = freshRoot();
    const store = await LocalObjectStore.open(root);
    const { sha256 } = await store.put(Buffer.from('mend me'));
    chmodSync(join(root, objectKey(sha256)), 0o644);
    writeFileSync(join(root, objectKey(sha256)), 'broken!');
    await store.put(Buffer.from('mend me'));
    expect((await store.read(sha256, 100)).toString()).toBe('mend me');
  });

  it('a directory that has gone is reported when it is looked at', async () => {
    const root = freshRoot();
    const store = await LocalObjectStore.open(root);
    rmSync(root, { recursive: true });
    await expect(store.check()).rejects.toThrow(StoreUnavailableError);
  });

  it('a forged name cannot leave the directory', async () => {
    const store = await LocalObjectStore.open(freshRoot());
    const forged = '../../../etc/passwd' as ReturnType<typeof sha256Of>;
    await expect(store.open(forged)).rejects.toThrow('must be 64 lower-case hexadecimal digits');
  });
});
