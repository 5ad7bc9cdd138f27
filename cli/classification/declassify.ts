import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { UsageError } from '../exit-codes.js';
import { ASSET_ARGUMENT, resolveAsset } from '../lineage/asset-name.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';

const KINDS = ['job', 'column', 'edge'] as const;
const DECLASSIFIER = `id kind tag column reason requestedBy requestedAt confirmedBy confirmedAt endedBy endedAt
  asset { id identityName } target { id identityName }`;

const LIST = `query Declassifiers($first: Int!, $after: String, $assetId: ID) {
  declassifiers(first: $first, after: $after, assetId: $assetId) { nodes { ${DECLASSIFIER} } pageInfo { hasNextPage endCursor } }
}`;
const REQUEST = `mutation RequestDeclassifier($kind: DeclassifierKind!, $assetId: ID!, $tag: String!, $reason: String!, $column: String, $targetId: ID) {
  requestDeclassifier(kind: $kind, assetId: $assetId, tag: $tag, reason: $reason, column: $column, targetId: $targetId) { ${DECLASSIFIER} }
}`;
const CONFIRM = `mutation ConfirmDeclassifier($id: ID!) { confirmDeclassifier(id: $id) { ${DECLASSIFIER} } }`;
const END = `mutation EndDeclassifier($id: ID!) { endDeclassifier(id: $id) { ${DECLASSIFIER} } }`;

interface Declassifier {
  readonly id: string;
  readonly kind: string;
  readonly tag: string;
  readonly column: string;
  readonly requestedBy: string;
  readonly confirmedBy: string | null;
  readonly endedBy: string | null;
  readonly asset: { readonly identityName: string };
  readonly target: { readonly identityName: string } | null;
}

/** `classify declassify list|request|confirm|end`. @param classify the command that they stand under */
export function addDeclassify(classify: Command, open: () => Session): void {
  const declassify = classify
    .command('declassify')
    .description('where a classification does not flow on; takes two people');

  declassify
    .command('list')
    .description('all of them, or those of an asset')
    .argument('[asset]', ASSET_ARGUMENT)
    .action(async (name?: string) => {
      const { output, connect } = open();
      const client = connect();
      const assetId = name === undefined ? undefined : await resolveAsset(client, name);
      const declassifiers = await client.all(
        async (page) =>
          (await client.ask<{ declassifiers: Page<Declassifier> }>(LIST, { ...page, assetId })).declassifiers,
      );
      output.result(declassifiers, () => tableOf(declassifiers));
    });

  declassify
    .command('request')
    .description('ask for one; nothing changes before another person confirms it')
    .argument('<kind>', `${KINDS.join(', ')}: what it does not flow through, or into`)
    .argument('<asset>', ASSET_ARGUMENT)
    .argument('<tag>', 'it, and all below it')
    .requiredOption('--reason <why>', 'kept with it')
    .option('--column <name>', 'of a column; without, all columns')
    .option('--target <asset>', 'where the edge goes to')
    .action(
      async (
        kind: string,
        name: string,
        tag: string,
        { reason, column, target }: { reason: string; column?: string; target?: string },
      ) => {
        if (!KINDS.some((known) => known === kind))
          throw new UsageError(`${kind}: must be ${KINDS.join(', ')}`);
        const { output, connect } = open();
        const client = connect();
        const { requestDeclassifier: asked } = await client.ask<{ requestDeclassifier: Declassifier }>(
          REQUEST,
          {
            ...{ kind, tag, reason, column, assetId: await resolveAsset(client, name) },
            targetId: target === undefined ? undefined : await resolveAsset(client, target),
          },
        );
        output.result(asked, () => `Declassifier ${asked.id} waits for another person to confirm it.`);
      },
    );

  declassify
    .command('confirm')
    .description('put one in force that another person asked for')
    .argument('<id>', 'as `classify declassify list` shows it')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { confirmDeclassifier: one } = await connect().ask<{ confirmDeclassifier: Declassifier }>(
        CONFIRM,
        { id },
      );
      output.result(one, () => `Declassifier ${one.id} is in force.`);
    });

  declassify
    .command('end')
    .description('end one, or take a request back')
    .argument('<id>', 'as `classify declassify list` shows it')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { endDeclassifier: one } = await connect().ask<{ endDeclassifier: Declassifier }>(END, { id });
      output.result(one, () => `Declassifier ${one.id} has ended.`);
    });
}

function tableOf(all: readonly Declassifier[]): string {
  if (all.length === 0) return 'There is none.';
  return formatTable(
    ['id', 'kind', 'of', 'to', 'tag', 'asked by', 'state'],
    all.map((one) => [
      one.id,
      one.kind,
      one.column === '' ? one.asset.identityName : `${one.asset.identityName}.${one.column}`,
      one.target?.identityName ?? '',
      one.tag,
      one.requestedBy,
      one.endedBy !== null
        ? `ended by ${one.endedBy}`
        : one.confirmedBy !== null
          ? `confirmed by ${one.confirmedBy}`
          : 'waits',
    ]),
  );
}
