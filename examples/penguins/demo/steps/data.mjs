import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { clean } from '../../clean.mjs';
import { commitAt, ensureCommit, ensureRepository, orAlreadyThere } from '../content.mjs';
import { detail, done, say } from '../output.mjs';

const REPOSITORY = 'penguins';
const FILE = 'penguins.json';
const ORIGIN = `# Penguins

Body measures of 344 penguins of three species near Palmer Station, Antarctica. Gorman, Williams and Fraser (2014); as published in the
npm package vega-datasets. Cleaned by \`clean.mjs\` of the example.
`;

/** Versions the penguins: raw on main, cleaned on a branch, merged, tagged. Adds `rawCommit` to the context. */
export const data = {
  title: 'The engineer versions the penguins: raw, cleaned on a branch, merged, tagged',
  async play(context) {
    const { pia, admin } = context;
    const assetId = await ensureRepository(
      pia,
      REPOSITORY,
      'dataset',
      'Body measures of penguins near Palmer Station',
    );
    context.penguinsId = assetId;
    await admin.ask('mutation($id: ID!) { editAsset(id: $id, input: { tags: [] }) { id } }', { id: assetId });

    const raw = readFileSync(published());
    const isTagged = await hasTag(pia, 'v1');
    if (isTagged) done(`${REPOSITORY}: raw, cleaned, merged and tagged v1`, false);
    else await publish(pia, raw);

    context.rawCommit = await commitAt(pia, REPOSITORY, 'v1~1');
    await showDiff(pia, 'v1~1', 'v1');
  },
};

/** The package exports its code alone; the data lies beside it. */
function published() {
  return path.resolve(fileURLToPath(import.meta.resolve('vega-datasets')), '../../data/penguins.json');
}

async function publish(pia, raw) {
  await ensureCommit(pia, REPOSITORY, 'main', 'Penguins as published', [
    { path: FILE, bytes: raw, contentType: 'application/json' },
  ]);
  const isNew = await orAlreadyThere(() =>
    pia.ask('mutation($input: CreateBranchInput!) { createBranch(input: $input) { name } }', {
      input: { repository: REPOSITORY, name: 'clean', from: 'main' },
    }),
  );
  done('branch clean', isNew);
  const cleaned = `${JSON.stringify(clean(JSON.parse(raw.toString('utf8'))), undefined, 1)}\n`;
  await ensureCommit(pia, REPOSITORY, 'clean', 'Plain column names, no record without measurements', [
    { path: FILE, bytes: Buffer.from(cleaned), contentType: 'application/json' },
    { path: 'README.md', bytes: Buffer.from(ORIGIN), contentType: 'text/markdown' },
  ]);
  const { merge } = await pia.ask(
    `mutation($input: MergeInput!) { merge(input: $input) {
       ... on Merged { commit { id } isNoop } ... on MergeConflicts { total conflicts { path kind } } } }`,
    {
      input: {
        repository: REPOSITORY,
        source: 'clean',
        target: 'main',
        message: 'Merge the cleaned penguins',
      },
    },
  );
  if (merge.commit === undefined) throw new Error(`clean does not merge: ${JSON.stringify(merge.conflicts)}`);
  done(`merged clean into main (commit ${merge.commit.id.slice(0, 8)})`, !merge.isNoop);
  await pia.ask('mutation($input: CreateTagInput!) { createTag(input: $input) { name } }', {
    input: { repository: REPOSITORY, name: 'v1', revision: 'main' },
  });
  done('tag v1');
}

async function hasTag(pia, name) {
  const { repository } = await pia.ask(
    'query($name: String!) { repository(name: $name) { tags(first: 200) { nodes { name } } } }',
    { name: REPOSITORY },
  );
  return repository.tags.nodes.some((tag) => tag.name === name);
}

async function showDiff(pia, from, to) {
  const { repository } = await pia.ask(
    `query($name: String!, $from: String!, $to: String!) { repository(name: $name) { diff(from: $from, to: $to) { nodes {
       path type profileChange { addedColumns removedColumns changedColumns { name before after } rowCountBefore rowCountAfter isBreaking } } } } }`,
    { name: REPOSITORY, from, to },
  );
  say(`diff of ${from} and ${to}:`);
  for (const { path, type, profileChange: change } of repository.diff.nodes) {
    detail(`${type} ${path}`);
    if (change === null) continue;
    detail(
      `  rows ${change.rowCountBefore} → ${change.rowCountAfter}${change.isBreaking ? ', readers of the old schema may fail' : ''}`,
    );
    detail(`  columns gone: ${change.removedColumns.join(', ') || 'none'}`);
    detail(`  columns new: ${change.addedColumns.join(', ') || 'none'}`);
    for (const { name, before, after } of change.changedColumns) detail(`  ${name}: ${before} → ${after}`);
  }
}
