import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { Database, OutboxWorker } from '../../src/platform/index.js';
import { RootMaker } from '../../src/policy/index.js';
import { eventually } from '../support/eventually.js';
import { startTestCairn, type TestCairn } from '../support/cairn.js';
import { fillCatalog } from './fill/catalog.js';
import { fillLineage, fillBridge } from './fill/lineage.js';
import { fillMlflow } from './fill/mlflow.js';
import { fillModels } from './fill/models.js';
import { fillService } from './fill/service.js';
import { fillSources } from './fill/sources.js';
import { fillTrainings } from './fill/trainings.js';
import { type Credentials, enrol } from './principals.js';
import { hiddenThings, openThings, type Things } from './things.js';

/** A service, what is in it for some to see, and who may ask it. */
export interface World {
  readonly name: 'A' | 'B';
  readonly cairn: TestCairn;
  readonly open: Things;
  /** By the names of {@link PRINCIPALS}. */
  readonly callers: ReadonlyMap<string, Credentials>;
  readonly folder: string;
}

/** Two services that differ in hidden things only. */
export interface Worlds {
  readonly a: World;
  readonly b: World;
  readonly hidden: Things;
  stop(): Promise<void>;
}

/** Starts and fills both. */
export async function startWorlds(): Promise<Worlds> {
  const hidden = hiddenThings();
  // One for both, since decisions tell its version. Access is only asked for where the policy knows the namespace.
  const policies = mkdtempSync(path.join(os.tmpdir(), 'cairn-matrix-policies-'));
  cpSync('test/fixtures/matrix-policies', policies, { recursive: true });
  appendFileSync(path.join(policies, 'people.csv'), `g2, ${hidden.namespace}, vault\n`);
  const [a, b] = await Promise.all([startWorld('A', policies, hidden), startWorld('B', policies, undefined)]);
  // What is hidden comes first and last, so that numbers which the service gives in order have gaps where it is.
  await Promise.all([fill(a, hidden), fill(b, undefined)]);
  return {
    ...{ a, b, hidden },
    stop: async () => {
      await Promise.all([a.cairn.stop(), b.cairn.stop()]);
      for (const folder of [a.folder, b.folder, policies]) rmSync(folder, { recursive: true });
    },
  };
}

async function startWorld(name: World['name'], policies: string, hidden: Things | undefined): Promise<World> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-matrix-'));
  const open = openThings();
  const sources = [open, ...(hidden ? [hidden] : [])].map((things) => {
    const place = path.join(folder, things.word('imports'));
    mkdirSync(place);
    writeFileSync(path.join(place, `${things.inner('brought')}.csv`), 'n\n1\n');
    return { name: things.word('drop'), namespace: things.namespace, type: 'folder', path: place };
  });
  writeFileSync(path.join(folder, 'sources.json'), JSON.stringify(sources));
  const cairn = await startTestCairn({
    CAIRN_POLICY_DIR: policies,
    MLFLOW_NAMESPACE: open.namespace,
    CAIRN_CREDENTIALS_DIR: folder,
    CAIRN_IMPORT_SOURCES: path.join(folder, 'sources.json'),
  });
  return { name, cairn, open, callers: await enrol(cairn), folder };
}

async function fill(world: World, hidden: Things | undefined): Promise<void> {
  const { open } = world;
  if (hidden) {
    await fillCatalog(world, hidden);
    await Promise.all([
      fillModels(world, hidden),
      fillLineage(world, hidden, 'first'),
      fillMlflow(world, hidden),
      fillSources(world, hidden),
      fillTrainings(world, hidden),
    ]);
  }
  // One after another, so that everything comes in one order in both worlds.
  await fillCatalog(world, open);
  await fillModels(world, open);
  await fillLineage(world, open, 'first');
  await fillMlflow(world, open);
  await fillSources(world, open);
  await fillTrainings(world, open);
  if (hidden) {
    await fillService(world, hidden);
    await fillBridge(world, hidden);
    await fillLineage(world, hidden, 'last');
    await tagAll(world, hidden);
  }
  await tagAll(world, open);
  await world.cairn.app.get(OutboxWorker).drain();
  // Of the first minute, so that both say when there was a root.
  await world.cairn.app.get(RootMaker).make();
  // Until the graph is read, nobody is told by which ways classifications came.
  await eventually(
    () =>
      world.cairn.graphql(
        'query($id: ID!) { asset(id: $id) { classificationPaths(tag: "plain") { __typename } } }',
        {
          id: open.id('clean'),
        },
      ),
    ({ errors }) => errors === undefined,
  );
}

/** Gives every asset of a place its classifications, an owner and a description. */
async function tagAll({ cairn }: World, things: Things): Promise<void> {
  await cairn.app.get(OutboxWorker).drain();
  const { assets } = await cairn.ask(
    'query($n: String!) { assets(filter: { namespace: $n }, first: 200) { nodes { id } } }',
    { n: things.namespace.split('/')[0] },
  );
  const i = {
    tags: things.tags,
    owners: [`user:${things.word('owner')}`],
    description: things.word('about'),
  };
  for (const { id } of assets.nodes)
    await cairn.ask('mutation($id: ID!, $i: EditAssetInput!) { editAsset(id: $id, input: $i) { id } }', {
      id,
      i,
    });
}

/** A client of a world's S3 gateway. */
export function s3Of({ cairn }: World, keys: { id: string; secret: string }): S3Client {
  return new S3Client({
    ...{ endpoint: cairn.s3Url!, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
    credentials: { accessKeyId: keys.id, secretAccessKey: keys.secret },
  });
}

/** Rows of a world's database. */
export const rowsOf = ({ cairn }: World, sql: string, values: unknown[] = []): Promise<any[]> =>
  cairn.app.get(Database).query<any>(sql, values);
