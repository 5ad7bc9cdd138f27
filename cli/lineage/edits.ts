import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { instant, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { ASSET_ARGUMENT, resolveAsset } from './asset-name.js';
import { describeNode } from './tree.js';

const END = '{ id kind identityNamespace identityName }';
const EDIT = `id action from ${END} to ${END} reason author createdAt expiresAt withdrawnAt withdrawnBy withdrawalReason`;

const EDIT_LINEAGE = `mutation EditLineage($action: LineageEditAction!, $from: ID!, $to: ID!, $reason: String!, $expiresAt: DateTime) {
  editLineage(action: $action, from: $from, to: $to, reason: $reason, expiresAt: $expiresAt) { ${EDIT} }
}`;
const WITHDRAW = `mutation WithdrawLineageEdit($id: ID!, $reason: String) {
  withdrawLineageEdit(id: $id, reason: $reason) { ${EDIT} }
}`;
const LIST = `query LineageEdits($first: Int!, $after: String, $filter: LineageEditFilterInput) {
  lineageEdits(first: $first, after: $after, filter: $filter) { nodes { ${EDIT} } pageInfo { hasNextPage endCursor } }
}`;

interface End {
  readonly id: string;
  readonly kind: string;
  readonly identityNamespace: string;
  readonly identityName: string;
}

interface Edit {
  readonly id: string;
  readonly action: string;
  readonly from: End;
  readonly to: End;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly withdrawnAt: string | null;
}

const ACTIONS = [
  ['add', 'an edge that no event tells of'],
  ['remove', 'an edge that events tell of and that is not there'],
  ['confirm', 'an edge that you looked at and found right'],
] as const;

/** `lineage edit add|remove|confirm|withdraw` and `lineage edits`. @param lineage the command that they stand under */
export function addEdits(lineage: Command, open: () => Session): void {
  const edit = lineage.command('edit').description('edges by hand, beside what events tell');
  for (const [action, description] of ACTIONS)
    edit
      .command(action)
      .description(description)
      .argument('<from>', ASSET_ARGUMENT)
      .argument('<to>', ASSET_ARGUMENT)
      .requiredOption('--reason <why>', 'kept with the edit')
      .option(
        '--expires <instant>',
        'it holds until then; without, until it is withdrawn',
        instant('--expires'),
      )
      .action(async (from: string, to: string, options: { reason: string; expires?: string }) => {
        const { output, connect } = open();
        const client = connect();
        const { editLineage } = await client.ask<{ editLineage: Edit }>(EDIT_LINEAGE, {
          action,
          from: await resolveAsset(client, from),
          to: await resolveAsset(client, to),
          reason: options.reason,
          expiresAt: options.expires,
        });
        output.result(editLineage, () => `Edit ${editLineage.id}: ${describe(editLineage)}.`);
      });

  edit
    .command('withdraw')
    .description('end an edit now')
    .argument('<id>', 'of the edit, as `lineage edits` shows it')
    .option('--reason <why>', 'kept with the edit')
    .action(async (id: string, { reason }: { reason?: string }) => {
      const { output, connect } = open();
      const { withdrawLineageEdit: ended } = await connect().ask<{ withdrawLineageEdit: Edit }>(WITHDRAW, {
        id,
        reason,
      });
      const how = ended.withdrawnAt === null ? 'had expired' : 'is withdrawn';
      output.result(ended, `Edit ${id} ${how}: ${describe(ended)}.`);
    });

  lineage
    .command('edits')
    .description('edges that were added, removed or confirmed by hand, the latest first')
    .argument('[asset]', `only those of which it is an end: ${ASSET_ARGUMENT}`)
    .option('--author <subject>', 'only those that somebody made, e.g. user:ada')
    .option('--all', 'also those that have ended')
    .option('-n, --limit <count>', 'at most', wholeNumber('--limit', 1, 10_000), 50)
    .action(async (name: string | undefined, options: { author?: string; all?: boolean; limit: number }) => {
      const { output, connect } = open();
      const client = connect();
      const assetId = name === undefined ? undefined : await resolveAsset(client, name);
      const filter = { assetId, author: options.author, withEnded: options.all === true };
      const edits = await client.all(
        async (page) =>
          (await client.ask<{ lineageEdits: Page<Edit> }>(LIST, { ...page, filter })).lineageEdits,
        options.limit,
      );
      output.result(edits, () =>
        edits.length === 0
          ? 'There are no edits.'
          : formatTable(['id', '', 'edge', 'by', 'made', 'ends', 'why'], edits.map(rowOf)),
      );
    });
}

function rowOf(edit: Edit): string[] {
  const ends = edit.withdrawnAt ?? edit.expiresAt;
  return [
    ...[edit.id, edit.action, edgeOf(edit), edit.author, formatInstant(edit.createdAt)],
    ...[ends === null ? '' : formatInstant(ends), edit.reason],
  ];
}

function describe(edit: Edit): string {
  return `${edit.action} ${edgeOf(edit)}`;
}

function edgeOf({ from, to }: Edit): string {
  return [from, to].map((asset) => describeNode({ id: asset.id, asset })).join(' → ');
}
