import { execFile, spawnSync } from 'node:child_process';
import { createHash, randomFillSync, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DataSource } from 'typeorm';
import { PackRepository } from '../dist/src/catalog/packs/pack.repository.js';
import { PackedNodeStore } from '../dist/src/catalog/packs/packed-node-store.js';
import { EMPTY_TREE, Trees } from '../dist/src/catalog/trees/index.js';
import { mergeTrees } from '../dist/src/catalog/versions/index.js';
import {
  Database,
  dataSourceOptions,
  migrateDatabase,
  startEmbeddedPostgres,
} from '../dist/src/platform/index.js';
import { LocalObjectStore } from '../dist/src/storage/index.js';
import { ms, progress, table } from './support/report.mjs';
import { randomOf, spread, timed } from './support/statistics.mjs';

const ENTRIES = Number(process.env['CAIRN_BENCH_ENTRIES'] ?? 10_000_000);
const STAGED = Math.min(1_000_000, ENTRIES);
const SMALL = Math.min(100_000, ENTRIES);
const CHANGES = 100;
const ROUNDS = 200;
const DIFFERENCES = 1_000;
const DIFF_ROUNDS = 7;
const BATCH = 1_000;
const PACK_BYTES = 8 * 1024 * 1024;

/**
 * Trees at size: a commit of staged rows against the scan of the rows, the SHA-256 of what is written and the PUTs of it;
 * and small changes, diff, merge and the walk of garbage collection in a repository of ten million objects
 * (CAIRN_BENCH_ENTRIES: fewer). PostgreSQL with the settings of production, objects on the local disk.
 */
export async function run({ seed }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-'));
  chmodSync(folder, 0o755);
  const postgres = await startEmbeddedPostgres(path.join(folder, 'data'));
  try {
    await migrateDatabase(postgres.url);
    const dataSource = await new DataSource(dataSourceOptions(postgres.url, [], 8)).initialize();
    try {
      const database = new Database(dataSource);
      const objectsFolder = path.join(folder, 'objects');
      const objects = await LocalObjectStore.open(objectsFolder);
      const open = (options) =>
        new Trees(new PackedNodeStore(new PackRepository(database), objects), options);
      const context = { database, objects, open, random: randomOf(seed), url: postgres.url, objectsFolder };
      await commit(context);
      await small(context);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A commit of staged rows, three times onto nothing; the median of the ratios is told. */
async function commit({ database, objects, open }) {
  progress(`versions: staging ${STAGED.toLocaleString('en')} rows …`);
  await database.query(
    `INSERT INTO staged_change (area_id, path, sha256, size_bytes, content_type, staged_by) SELECT 1, 'lake/2026/' || lpad((i / 1000)::text, 5, '0') || '/part-' || lpad((i % 1000)::text, 5, '0') || '.parquet',
       encode(sha256(i::text::bytea), 'hex'), i, 'application/vnd.apache.parquet', 'user:bench' FROM generate_series(0, $1::int - 1) AS i`,
    [STAGED],
  );
  await database.query('VACUUM ANALYZE staged_change');
  const select =
    'SELECT path, sha256, size_bytes, content_type, metadata FROM staged_change WHERE area_id = 1 ORDER BY path';
  const rows = [['', 'scan', 'SHA-256', 'PUTs', 'floor', 'commit', 'ratio', 'CPU here, floor', 'commit']];
  for (let round = 0; round < 3; round++) {
    await database.query('TRUNCATE tree_pack CASCADE');
    for await (const { sha256 } of objects.list()) await objects.delete(sha256);
    progress(`versions: committing, ${round + 1} of 3 …`);
    const started = process.cpuUsage();
    const committed = await timed(() => open().buildCopied(EMPTY_TREE, database.copyBytes(select)));
    const committedCpu = cpuMs(started);
    if ((await open().stats(committed.result)).count !== STAGED) throw new Error('rows were lost');
    let written = 0;
    for await (const { sizeBytes } of objects.list()) written += sizeBytes;
    const floorStarted = process.cpuUsage();
    const scan = await timed(async () => {
      let bytes = 0;
      for await (const chunk of database.copyBytes(select)) bytes += chunk.length;
      return bytes;
    });
    const bytes = Buffer.alloc(PACK_BYTES, `${round}`);
    const hash = await timed(() => {
      const sha256 = createHash('sha256');
      for (let at = 0; at < written; at += PACK_BYTES)
        sha256.update(bytes.subarray(0, Math.min(PACK_BYTES, written - at)));
      return sha256.digest('hex');
    });
    const puts = await timed(async () => {
      for (let at = 0; at < written; at += PACK_BYTES) {
        bytes.writeUInt32BE(at, 0);
        await objects.put(bytes.subarray(0, Math.min(PACK_BYTES, written - at)));
      }
    });
    const floorCpu = cpuMs(floorStarted);
    const floor = scan.ms + hash.ms + puts.ms;
    rows.push([
      `round ${round + 1}, ${(written / 2 ** 20).toFixed(0)} MiB`,
      ...[scan.ms, hash.ms, puts.ms, floor, committed.ms].map(ms),
      `${(committed.ms / floor).toFixed(2)}×`,
      ...[floorCpu, committedCpu].map(ms),
    ]);
  }
  console.log(`\nversions  commit of ${STAGED.toLocaleString('en')} staged rows`);
  table(rows);
  await database.query('TRUNCATE staged_change');
}

/** What this process has used since, on all cores: tells more than the clock where others are busy too. */
function cpuMs(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

async function small(context) {
  const rows = [['', 'p50', 'p95', 'p99']];
  for (const entries of new Set([SMALL, ENTRIES])) {
    progress(`versions: building ${entries.toLocaleString('en')} entries …`);
    const root = await timed(() => context.open().build(EMPTY_TREE, entriesOf(entries)));
    rows.push([
      `built ${entries.toLocaleString('en')} entries in ${(root.ms / 1000).toFixed(1)} s`,
      '',
      '',
      '',
    ]);
    await settle(context);
    const base = { ...context, entries, root: root.result };
    rows.push(...(await changes(base)));
    if (entries === ENTRIES) rows.push(...(await differences(base)), ...(await reading(base)));
  }
  console.log(
    '\nversions  small changes, diff, merge and reading; all nodes on disk and in the index at the end',
  );
  table(rows);
}

function* entriesOf(count) {
  for (let at = 0; at < count; at += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - at) }, (_, i) => ({
      path: pathOf(at + i),
      entry: entryOf(at + i, 1),
    }));
  }
}

const pathOf = (i) =>
  `lake/2026/${String(Math.floor(i / 1000)).padStart(5, '0')}/part-${String(i % 1000).padStart(5, '0')}.parquet`;
const entryOf = (i, version) => ({
  sha256: (i * 256 + version).toString(16).padStart(16, '0').repeat(4),
  sizeBytes: i,
  contentType: 'application/vnd.apache.parquet',
});

/** Replaced, added and removed paths, scattered over all or side by side. */
function editsAt(random, entries, count, version, isClustered) {
  const start = Math.floor(random() * (entries - count));
  return Array.from({ length: count }, (_, i) => {
    const at = isClustered ? start + i : Math.floor(random() * entries);
    const kind = i % 10;
    return kind === 8
      ? { path: pathOf(at), entry: undefined }
      : { path: kind === 9 ? `${pathOf(at)}.new` : pathOf(at), entry: entryOf(at, version) };
  });
}

/** What was built is on disk and its garbage collected, so that neither happens while small things are measured. */
async function settle({ database }) {
  progress('versions: writing what was built to disk …');
  await database.query('CHECKPOINT');
  spawnSync('sync');
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/**
 * Changes one after another, each onto what the one before has left; and the floor after each: as many bytes as its pack has stored
 * under a new name, and a row for each of its nodes.
 */
async function changes({ database, objects, open, random, entries, root }) {
  await database.query('CREATE TABLE IF NOT EXISTS bare_node (sha256 bytea PRIMARY KEY, pack_id bigint)');
  const trees = open();
  const took = [];
  const floor = [];
  let head = root;
  for (let round = 0; round < ROUNDS + 5; round++) {
    progress(`versions: change ${round + 1} of ${ROUNDS + 5} in ${entries.toLocaleString('en')} …`);
    const edits = editsAt(random, entries, CHANGES, 2 + (round % 200), false);
    const changed = await timed(() => trees.apply(head, edits));
    head = changed.result;
    const [pack] = await database.query(
      'SELECT p.id, p.size_bytes, (SELECT count(*)::int FROM tree_node WHERE pack_id = p.id) AS nodes FROM tree_pack AS p ORDER BY id DESC LIMIT 1',
    );
    const bytes = randomFillSync(Buffer.alloc(Number(pack.size_bytes)));
    const written = await timed(async () => {
      await objects.put(bytes);
      await database.query(
        `INSERT INTO bare_node SELECT sha256(($1::bigint || '/' || i)::bytea), $1 FROM generate_series(1, $2::int) AS i`,
        [pack.id, pack.nodes],
      );
    });
    if (round < 5) continue;
    took.push(changed.ms);
    floor.push(written.ms);
  }
  const size = entries.toLocaleString('en');
  return [
    rowOf(`${CHANGES} scattered changes in ${size}`, took),
    rowOf('  floor: the same bytes and rows written', floor),
  ];
}

/** Two branches that have gone apart: how long their diff and their merge take, of which the merge stores its nodes. */
async function differences({ open, random, entries, root }) {
  const rows = [];
  const half = DIFFERENCES / 2;
  for (const isClustered of [true, false]) {
    const how = isClustered ? 'side by side' : 'scattered';
    for (const isWarm of [false, true]) {
      const took = { diff: [], merge: [] };
      for (let round = 0; round < DIFF_ROUNDS; round++) {
        progress(`versions: diff and merge, ${how}, ${round + 1} of ${DIFF_ROUNDS} …`);
        const [ours, theirs] = [
          await open().apply(root, editsAt(random, entries, half, 2 * round + 3, isClustered)),
          await open().apply(root, editsAt(random, entries, half, 2 * round + 4, isClustered)),
        ];
        const trees = open();
        const { result: found, ms: first } = await timed(() => count(trees.diff(ours, theirs)));
        if (found < DIFFERENCES * 0.9) throw new Error(`only ${found} differences`);
        took.diff.push(isWarm ? (await timed(() => count(trees.diff(ours, theirs)))).ms : first);
        const merger = open();
        if (isWarm) for (const side of [ours, theirs]) await count(merger.diff(root, side));
        const input = { base: root, ours, theirs, strategy: 'theirs' };
        took.merge.push((await timed(() => mergeTrees(merger, input))).ms);
      }
      const what = `${DIFFERENCES.toLocaleString('en')} differences ${how}, ${isWarm ? 'warm' : 'cold'}`;
      rows.push(rowOf(`diff, ${what}`, took.diff), rowOf(`merge, ${what}`, took.merge));
    }
  }
  rows.push(await wideMerge({ open, random, entries, root }));
  return rows;
}

/** One side has added very many paths, the other has changed a few. */
async function wideMerge({ open, random, entries, root }) {
  progress(`versions: adding ${STAGED.toLocaleString('en')} paths …`);
  const added = function* () {
    for (const edits of entriesOf(STAGED))
      yield edits.map(({ path, entry }) => ({ path: path.replace('/2026/', '/2027/'), entry }));
  };
  const theirs = await open().build(root, added());
  const took = [];
  for (let round = 0; round < DIFF_ROUNDS; round++) {
    const ours = await open().apply(root, editsAt(random, entries, DIFFERENCES / 2, 2 * round + 3, false));
    const { result, ms: merged } = await timed(() => mergeTrees(open(), { base: root, ours, theirs }));
    if (result.kind !== 'merged' || (await open().stats(result.tree)).count < entries + STAGED * 0.9)
      throw new Error('paths were lost');
    took.push(merged);
  }
  const what = `${STAGED.toLocaleString('en')} added paths with ${DIFFERENCES / 2} scattered changes`;
  return rowOf(`merge, ${what}, cold`, took);
}

async function count(items) {
  let found = 0;
  for await (const item of items) found += item === undefined ? 0 : 1;
  return found;
}

async function reading(context) {
  const { open, random, entries, root } = context;
  const trees = open();
  const paths = Array.from({ length: 2000 }, () => pathOf(Math.floor(random() * entries)));
  const many = await timed(() => trees.getMany(root, paths));
  if (many.result.includes(undefined)) throw new Error('an entry was not found');
  const took = [];
  for (const at of paths) took.push((await timed(() => trees.get(root, at))).ms);
  const collected = await mark(context);
  return [
    [`2,000 scattered paths read together, cold: ${ms(many.ms)}`, '', '', ''],
    rowOf('one path, warm', took),
    [collected, '', '', ''],
  ];
}

/** Marks all that a commit reaches, and looks at the whole ledger, in a process that does nothing else. See `support/mark.mjs`. */
async function mark({ database, url, objectsFolder, root, entries }) {
  progress(`versions: a ledger of ${entries.toLocaleString('en')} objects …`);
  await database.query(
    "INSERT INTO stored_object (sha256, size_bytes) SELECT encode(sha256(i::text::bytea), 'hex'), i FROM generate_series(1, $1::int) AS i ON CONFLICT DO NOTHING",
    [entries],
  );
  const id = randomUUID();
  await database.query(
    "INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace) VALUES ($1, 'data', 'dataset', 'bench', $2, 'bench')",
    [id, id],
  );
  await database.query(
    "INSERT INTO repository (id, name, kind, asset_id, created_by) VALUES ($1, $2, 'dataset', $1, 'user:bench')",
    [id, id],
  );
  await database.query(
    "INSERT INTO commit (repository_id, id, tree, parents, author, committer, committed_at, message, metadata) VALUES ($1, $2, $2, '{}', 'a', 'a', now(), 'm', '{}')",
    [id, root],
  );
  progress('versions: marking what is reached …');
  const marker = path.join(import.meta.dirname, 'support/mark.mjs');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...process.execArgv, marker, objectsFolder],
    { env: { ...process.env, DATABASE_URL: url } },
  );
  const { looked, reached, markMs, sortMs, peakBytes, startBytes } = JSON.parse(stdout);
  if (looked < entries) throw new Error(`marked ${looked} of ${entries} entries`);
  const seconds = (took) => `${(took / 1000).toFixed(1)} s`;
  const mebibytes = (bytes) => (bytes / 2 ** 20).toFixed(0);
  return `garbage collection: ${looked.toLocaleString('en')} marked in ${seconds(markMs)}, the ledger sorted in ${seconds(sortMs)} (${reached} reached), memory ${mebibytes(peakBytes)} MiB at most, ${mebibytes(peakBytes - startBytes)} more than before`;
}

function rowOf(title, took) {
  const { p50, p95, p99 } = spread(took);
  return [title, ms(p50), ms(p95), ms(p99)];
}
