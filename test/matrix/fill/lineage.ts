import type { Things } from '../things.js';
import type { World } from '../worlds.js';

const facet = (value: object) => ({
  _producer: 'https://example.com/etl',
  _schemaURL: 'https://example.com/schema.json',
  ...value,
});

/** Both worlds are told of the same instants: those of a minute ago, so that statistics of the day have them. */
const began = Date.now() - 60_000;
const at = (seconds: number) => new Date(began + seconds * 1000).toISOString();

async function tell({ cairn }: World, events: readonly object[]): Promise<void> {
  for (const event of events) {
    const sent = await cairn.http('/api/v1/lineage', {
      ...{ method: 'POST', body: JSON.stringify(event) },
      headers: { 'content-type': 'application/json' },
    });
    if (sent.status !== 201) throw new Error(await sent.text());
  }
}

const event = (runId: string, job: object, seconds: number, rest: object = {}) => ({
  ...{ eventType: 'COMPLETE', eventTime: at(seconds), run: { runId }, job },
  ...{ producer: 'https://example.com/etl' },
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  ...rest,
});

const schema = (things: Things) => ({
  schema: facet({
    fields: [{ name: things.word('column'), type: 'text', description: things.word('told') }],
  }),
});

const columns = (
  to: string,
  from: { namespace: string; name: string; field: string },
  transformation: object = { type: 'DIRECT', subtype: 'IDENTITY' },
) => ({
  columnLineage: facet({
    fields: { [to]: { inputFields: [{ ...from, transformations: [transformation] }] } },
  }),
});
/** What is hidden travels no further: what is there for all would be hidden by it too. */
const MASKING = { type: 'DIRECT', subtype: 'TRANSFORMATION', masking: true };

/** Names of an asset's data. */
export const dataset = (things: Things, name: string) => ({
  namespace: things.space,
  name: things.word(name),
});

/** Jobs, runs and data with facets, columns, another name and versions; and an edge by hand. */
export async function fillLineage(world: World, things: Things, round: string): Promise<void> {
  const { cairn } = world;
  const raw = dataset(things, 'raw');
  const clean = dataset(things, 'clean');
  const job = {
    ...{ namespace: things.space, name: things.word('job') },
    facets: {
      documentation: facet({ description: things.word('documented') }),
      sql: facet({ query: `SELECT ${things.word('selected')}` }),
      jobType: facet({ processingType: 'BATCH', integration: things.word('engine') }),
      sourceCodeLocation: facet({ type: 'git', url: `https://example.com/${things.word('code')}` }),
    },
  };
  const runId = things.run(round);
  const run = {
    runId,
    facets: {
      parent: facet({
        run: { runId: things.run('parent') },
        job: { namespace: things.space, name: things.word('dag') },
      }),
      errorMessage: facet({ message: things.word('error'), programmingLanguage: 'SQL' }),
      [things.word('facet')]: facet({ text: things.word('facetvalue') }),
    },
  };
  const described = {
    ...raw,
    facets: {
      ...schema(things),
      version: facet({ datasetVersion: things.word('version') }),
      symlinks: facet({ identifiers: [{ ...dataset(things, 'alias'), type: 'TABLE' }] }),
    },
  };
  const made = {
    ...clean,
    facets: {
      ...schema(things),
      ...columns(things.word('column'), { ...raw, field: things.word('column') }),
    },
  };
  await tell(world, [
    event(runId, job, 0, { eventType: 'START', run }),
    event(runId, job, 5, { run, inputs: [described], outputs: [made] }),
    event(things.run(`${round} strange`), job, 10, {
      run: { runId: things.run(`${round} strange`), facets: { strange: 1 } },
    }),
  ]);
  if (round !== 'first') return;
  const ids = await cairn.ask(
    `query($ns: String!, $raw: String!, $clean: String!, $job: String!) {
       raw: assetByName(kind: dataset, identityNamespace: $ns, identityName: $raw) { id }
       clean: assetByName(kind: dataset, identityNamespace: $ns, identityName: $clean) { id }
       job: assetByName(kind: job, identityNamespace: $ns, identityName: $job) { id } }`,
    { ns: things.space, raw: raw.name, clean: clean.name, job: things.word('job') },
  );
  for (const [name, { id }] of Object.entries<{ id: string }>(ids)) things.keep(name, id);
  await tell(world, [
    event(things.run('maker'), { namespace: things.space, name: things.word('maker') }, 20, {
      outputs: [dataset(things, 'source'), { ...dataset(things, 'landing'), facets: schema(things) }],
    }),
  ]);
  for (const name of ['source', 'landing']) {
    const { assetByName } = await cairn.ask(
      'query($ns: String!, $n: String!) { assetByName(kind: dataset, identityNamespace: $ns, identityName: $n) { id } }',
      { ns: things.space, n: things.word(name) },
    );
    things.keep(name, assetByName.id);
  }
  const { editLineage } = await cairn.ask(
    'mutation($f: ID!, $t: ID!, $r: String!) { editLineage(action: add, from: $f, to: $t, reason: $r) { id } }',
    { f: things.id('raw'), t: things.id('job'), r: things.word('reason') },
  );
  things.keep('edit', editLineage.id);
}

/** Hidden jobs that read and write what is there for all: lineage stays connected by nodes that say nothing. */
export async function fillBridge(world: World, hidden: Things): Promise<void> {
  const { open } = world;
  const column = open.word('column');
  const middle = dataset(hidden, 'middle');
  const job = (name: string) => ({ namespace: hidden.space, name: hidden.word(name) });
  await tell(world, [
    event(hidden.run('in'), job('takes'), 30, {
      inputs: [dataset(open, 'source')],
      outputs: [
        {
          ...middle,
          facets: columns(hidden.word('column'), { ...dataset(open, 'source'), field: column }),
        },
      ],
    }),
    event(hidden.run('out'), job('gives'), 31, {
      inputs: [middle],
      outputs: [
        {
          ...dataset(open, 'landing'),
          facets: columns(column, { ...middle, field: hidden.word('column') }, MASKING),
        },
      ],
    }),
  ]);
}
