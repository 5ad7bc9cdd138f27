import type { Command } from 'commander';
import { ASSET_ARGUMENT, resolveAsset } from '../lineage/asset-name.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { addDeclassify } from './declassify.js';

const CLAIM = 'tag column origin source confidence state isEffective author reason since';
const TAGS = 'id tags';

const LIST = `query Classifications($id: ID!) { asset(id: $id) { id tags classifications { ${CLAIM} } } }`;
const PATHS = `query ClassificationPaths($id: ID!, $tag: String!, $column: String, $first: Int!) {
  asset(id: $id) { classificationPaths(tag: $tag, column: $column, first: $first) {
    steps { node { id isOpaque asset { identityName } } column job { id isOpaque asset { identityName } } } } }
}`;
const SCAN = `mutation ScanAsset($id: ID!) { scanAsset(id: $id) { ${TAGS} } }`;
const ADD = `mutation AddClassification($id: ID!, $tag: String!, $reason: String!, $column: String) {
  changed: addClassification(id: $id, tag: $tag, reason: $reason, column: $column) { ${TAGS} }
}`;
const REMOVE = `mutation RemoveClassification($id: ID!, $tag: String!, $reason: String!, $column: String) {
  changed: removeClassification(id: $id, tag: $tag, reason: $reason, column: $column) { ${TAGS} }
}`;
const decide = (
  state: string,
): string => `mutation DecideClassification($id: ID!, $tag: String!, $reason: String!, $column: String) {
  changed: decideClassification(id: $id, tag: $tag, state: ${state}, reason: $reason, column: $column) { ${TAGS} }
}`;

interface Claim {
  readonly tag: string;
  readonly column: string | null;
  readonly origin: string;
  readonly source: string | null;
  readonly confidence: number;
  readonly state: string;
  readonly isEffective: boolean;
  readonly reason: string;
}

interface Node {
  readonly id: string;
  readonly asset: { readonly identityName: string } | null;
}

interface Step {
  readonly node: Node;
  readonly column: string | null;
  readonly job: Node | null;
}

const CHANGES = [
  ['add', 'say by hand that an asset or a column carries a classification', ADD],
  ['remove', 'take back what was said by hand', REMOVE],
  ['confirm', 'say that a scanner is right', decide('confirmed')],
  ['reject', 'say that a scanner is wrong, which no later scan overturns', decide('rejected')],
  ['reconsider', 'let scanners decide again', decide('suggested')],
] as const;

/** `classify list|scan|add|remove|confirm|reject|reconsider|paths|declassify`. */
export function addClassify(program: Command, open: () => Session): void {
  const classify = program
    .command('classify')
    .description('classifications of assets and columns, and where they came from');

  classify
    .command('list')
    .description('who says what of an asset, and what of it counts')
    .argument('<asset>', ASSET_ARGUMENT)
    .action(async (name: string) => {
      const { output, connect } = open();
      const client = connect();
      const id = await resolveAsset(client, name);
      const { asset } = await client.ask<{ asset: { classifications: Claim[] } }>(LIST, { id });
      output.result(asset, () => tableOf(asset.classifications));
    });

  classify
    .command('scan')
    .description(
      'let scanners look at the content of an asset, or at the names of its columns where that is elsewhere',
    )
    .argument('<asset>', ASSET_ARGUMENT)
    .action(async (name: string) => {
      const { output, connect } = open();
      const client = connect();
      const id = await resolveAsset(client, name);
      await client.ask(SCAN, { id });
      const { asset } = await client.ask<{ asset: { classifications: Claim[] } }>(LIST, { id });
      output.result(asset, () => tableOf(asset.classifications));
    });

  for (const [action, description, mutation] of CHANGES)
    classify
      .command(action)
      .description(description)
      .argument('<asset>', ASSET_ARGUMENT)
      .argument('<tag>', 'e.g. pii.email')
      .requiredOption('--reason <why>', 'kept with it')
      .option('--column <name>', 'of this column; without, of the asset as a whole')
      .action(async (name: string, tag: string, { reason, column }: { reason: string; column?: string }) => {
        const { output, connect } = open();
        const client = connect();
        const variables = { id: await resolveAsset(client, name), tag, reason, column };
        const { changed } = await client.ask<{ changed: { tags: string[] } }>(mutation, variables);
        output.result(changed, () => `It carries ${changed.tags.join(', ') || 'nothing'}.`);
      });

  classify
    .command('paths')
    .description('by which ways a classification flowed to an asset or a column')
    .argument('<asset>', ASSET_ARGUMENT)
    .argument('<tag>', 'e.g. pii.email')
    .option('--column <name>', 'to this column; without, to the asset as a whole')
    .action(async (name: string, tag: string, { column }: { column?: string }) => {
      const { output, connect } = open();
      const client = connect();
      const id = await resolveAsset(client, name);
      const { asset } = await client.ask<{ asset: { classificationPaths: { steps: Step[] }[] } }>(PATHS, {
        ...{ id, tag, column, first: 20 },
      });
      const paths = asset.classificationPaths;
      output.result(paths, () =>
        paths.length === 0
          ? 'It did not flow there.'
          : paths.map(({ steps }) => steps.map(textOf).join(' → ')).join('\n'),
      );
    });

  addDeclassify(classify, open);
}

function tableOf(claims: readonly Claim[]): string {
  if (claims.length === 0) return 'Nobody says anything of it.';
  return formatTable(
    ['column', 'tag', 'origin', 'state', 'confidence', 'counts', 'why'],
    claims.map((claim) => [
      claim.column ?? '',
      claim.tag,
      claim.source === null ? claim.origin : `${claim.origin} (${claim.source})`,
      claim.state,
      String(claim.confidence),
      claim.isEffective ? 'yes' : 'no',
      claim.reason,
    ]),
  );
}

function textOf({ node, column, job }: Step): string {
  const nameOf = ({ asset }: Node): string => asset?.identityName ?? '(not shown)';
  const place = column === null || node.asset === null ? nameOf(node) : `${nameOf(node)}.${column}`;
  return job === null ? place : `${place} (by ${nameOf(job)})`;
}
