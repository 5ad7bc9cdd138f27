import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import type { Principal } from '../../src/identity/index.js';
import { AroundService } from '../../src/lineage/graph/around.service.js';
import type { Graph } from '../../src/lineage/graph/graph.js';
import { GraphRepository } from '../../src/lineage/graph/graph.repository.js';
import { GraphSource } from '../../src/lineage/graph/graph-source.js';
import { GroupsService } from '../../src/lineage/graph/groups.service.js';
import { ImpactService } from '../../src/lineage/graph/impact.service.js';
import { LineageFilters } from '../../src/lineage/graph/lineage-filter.js';
import { GraphMemory } from '../../src/lineage/graph/memory/graph-memory.js';
import { Views } from '../../src/lineage/graph/view.js';
import { NO_JOB } from '../../src/lineage/projection/facts.js';
import { DERIVED_TABLES } from '../../src/lineage/projection/graph-hash.js';
import { RunService } from '../../src/lineage/runs/run.service.js';
import { Database } from '../../src/platform/index.js';
import { namesAreResolved, startTestCairn, type TestCairn } from './cairn.js';

/** Assets between which random graphs are; a quarter of them is in the vault, and called secret. */
export const NAMES = Array.from({ length: 16 }, (_, at) => ({
  id: randomUUID() as string,
  kind: at % 3 === 0 ? 'job' : 'dataset',
  isHidden: at % 4 === 3,
}));
const JOBS = NAMES.filter(({ kind }) => kind === 'job').map(({ id }) => id);
const DATASETS = NAMES.filter(({ kind }) => kind === 'dataset').map(({ id }) => id);
export const START = NAMES[1]!.id;
const principal = (name: string): Principal => ({
  ...{ id: randomUUID(), kind: 'user', name, displayName: name, attributes: {} },
});
/** Max sees all, Ada not the vault. */
export const CALLERS = { max: principal('max'), ada: principal('ada') };

const edge = fc.oneof(
  fc.tuple(fc.constantFrom(...DATASETS), fc.constantFrom(...JOBS)),
  fc.tuple(fc.constantFrom(...JOBS), fc.constantFrom(...DATASETS)),
  fc.tuple(fc.constantFrom(...DATASETS), fc.constantFrom(...DATASETS)),
);
/** What flows from one input only: a walk comes to the job by others, too, and may go on from it late. */
const pair = fc.tuple(
  fc.constantFrom(...JOBS),
  fc.constantFrom(...DATASETS),
  fc.constantFrom(...DATASETS, NO_JOB),
);
export const graphs = fc.record({
  edges: fc.array(edge, { minLength: 8, maxLength: 40 }),
  pairs: fc.array(pair, { maxLength: 8 }),
});
export type Rows = typeof graphs extends fc.Arbitrary<infer T> ? T : never;

/** A way from a job that is gone four hops after its two ends were met. */
export const LATE: Rows = (() => {
  const [job] = JOBS as [string];
  const [start, near, x, y, from, out] = DATASETS as [string, string, string, string, string, string];
  return {
    edges: [
      ...([
        [start, job],
        [start, near],
        [start, x],
        [x, y],
        [y, from],
        [from, job],
        [job, near],
        [job, out],
      ] as const),
    ].map(([source, target]): [string, string] => [source, target]),
    pairs: [
      [job, near, NO_JOB],
      [job, near, from],
      [job, out, NO_JOB],
      [job, out, start],
    ],
  };
})();

/** What answers. */
export interface Answering {
  readonly around: AroundService;
  readonly impacts: ImpactService;
  readonly groups: GroupsService;
  readonly graph: () => Promise<Graph>;
}

/** A service that knows the assets. */
export async function startWithAssets(): Promise<TestCairn> {
  const cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  await namesAreResolved(cairn);
  for (const [at, { id, kind, isHidden }] of NAMES.entries()) {
    const place = isHidden ? 'vault' : 'external';
    await cairn.app.get(Database).query(
      `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, is_managed)
       VALUES ($1, $2, $3, $4, $5, $4, false)`,
      [id, kind === 'job' ? 'job' : 'data', kind, place, `${isHidden ? 'secret' : 'open'}.name ${at}`],
    );
  }
  return cairn;
}

/** Puts a graph in the place of what is there, and waits until it is in memory. */
export async function write({ app }: TestCairn, { edges, pairs }: Rows): Promise<void> {
  const database = app.get(Database);
  await database.query(`TRUNCATE ${DERIVED_TABLES.join(', ')}`);
  await database.query(
    `INSERT INTO lineage_edge (source_id, target_id, first_seen_at, last_seen_at, valid)
     SELECT DISTINCT source, target, timestamptz '2026-01-01', timestamptz '2026-01-02', '{[2026-01-01,)}'::tstzmultirange
     FROM unnest($1::uuid[], $2::uuid[]) AS e (source, target)`,
    [edges.map(([source]) => source), edges.map(([, target]) => target)],
  );
  await database.query(
    `INSERT INTO lineage_pairing (job_id, output_id, input_id, kind, valid)
     SELECT DISTINCT job, output, input, 'lineage', '{[2026-01-01,)}'::tstzmultirange
     FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS p (job, output, input)`,
    [0, 1, 2].map((at) => pairs.map((one) => one[at])),
  );
  await database.query('UPDATE lineage_graph SET epoch = epoch + 1');
  const memory = app.get(GraphMemory);
  for (let tries = 0; (await memory.upToDate()) === undefined; tries++) {
    if (tries === 300) throw new Error('the graph did not come into memory');
    await setTimeout(20);
  }
}

/** What answers by memory, and what answers by SQL. */
export function answering({ app }: TestCairn): Answering[] {
  const inMemory = app.get(GraphSource);
  const bySql = { open: async () => inMemory.sql } as GraphSource;
  const [rows, filters, views] = [GraphRepository, LineageFilters, Views].map((one) =>
    app.get(one as never),
  ) as [GraphRepository, LineageFilters, Views];
  return [inMemory, bySql].map((source) => ({
    around: new AroundService(source, rows, filters, views),
    impacts: new ImpactService(source, views, filters),
    groups: new GroupsService(source, filters, views, app.get(RunService)),
    graph: () => source.open(),
  }));
}

/** All pages, of the given sizes in turn. */
export async function pagesOf<Page extends { pageInfo: { hasNextPage: boolean; endCursor?: string } }>(
  sizes: readonly number[],
  ask: (page: { first: number; after?: string }) => Promise<Page>,
): Promise<Page[]> {
  const pages: Page[] = [];
  for (let after: string | undefined; pages.length < 100;) {
    const page = await ask({ first: sizes[pages.length % sizes.length]!, ...(after && { after }) });
    pages.push(page);
    if (!page.pageInfo.hasNextPage) return pages;
    after = page.pageInfo.endCursor!;
  }
  throw new Error('the pages do not end');
}

/** Those of the ids that occur in answers, or in their cursors. */
export const told = (page: unknown, ids: readonly string[]): string[] => {
  const cursors = JSON.stringify(page).match(/"endCursor":"([^"]+)"/g) ?? [];
  const text =
    JSON.stringify(page) +
    cursors.map((one) => Buffer.from(one.slice(13, -1), 'base64url').toString()).join();
  return ids.filter((id) => text.includes(id));
};
