import type { Command } from 'commander';
import { gather } from '../output/arguments.js';
import { formatFields, formatInstant } from '../output/format.js';
import type { Session } from '../session.js';
import { resolveAsset } from './asset-name.js';

interface Asset {
  readonly id: string;
  readonly kind: string;
  readonly identityNamespace: string;
  readonly identityName: string;
  readonly namespace: string;
  readonly description: string | null;
  readonly owners: readonly string[];
  readonly tags: readonly string[];
  readonly updatedAt: string;
  readonly aliases: readonly { readonly identityNamespace: string; readonly identityName: string }[];
}
const FIELDS = `id kind identityNamespace identityName namespace isManaged description owners tags createdAt updatedAt
  aliases(first: 20) { identityNamespace identityName reason }`;
const NAMING = 'an id, a repository, KIND,NAME of what Cairn manages, or KIND,NAMESPACE,NAME';

interface EditOptions {
  readonly description?: string;
  readonly owner?: readonly string[];
  readonly tag?: readonly string[];
  readonly untagged?: boolean;
}

/** `asset show|edit`. */
export function addAssets(program: Command, open: () => Session): void {
  const asset = program.command('asset').description('what the catalog says of an asset');

  asset
    .command('show')
    .description('one asset')
    .argument('<asset>', NAMING)
    .action(async (name: string) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Asset($id: ID!) { asset(id: $id) { ${FIELDS} } }`;
      const found = await client.ask<{ asset: Asset }>(query, { id: await resolveAsset(client, name) });
      output.result(found.asset, () => formatAsset(found.asset));
    });

  asset
    .command('edit')
    .description('set owners, classifications or the description; what is not named stays')
    .argument('<asset>', NAMING)
    .option('--description <text>')
    .option(
      '--owner <subject>',
      'user:NAME or service:NAME, in place of all before; may be given several times',
      gather,
    )
    .option('--tag <tag>', 'a classification, in place of all before; may be given several times', gather)
    .option('--untagged', 'looked at, and nothing to classify')
    .action(async (name: string, { description, owner: owners, tag, untagged }: EditOptions) => {
      const { output, connect } = open();
      const client = connect();
      const { editAsset } = await client.ask<{ editAsset: Asset }>(
        `mutation EditAsset($id: ID!, $input: EditAssetInput!) { editAsset(id: $id, input: $input) { ${FIELDS} } }`,
        {
          id: await resolveAsset(client, name),
          input: { description, owners, tags: untagged === true ? [] : tag },
        },
      );
      output.result(editAsset, () => formatAsset(editAsset));
    });
}

function formatAsset({ id, kind, identityNamespace, identityName, ...asset }: Asset): string {
  return formatFields({
    [kind]: identityName,
    of: identityNamespace,
    namespace: asset.namespace,
    description: asset.description,
    owners: asset.owners.join(', '),
    tags: asset.tags.join(', '),
    'other names': asset.aliases
      .map((alias) => `${alias.identityNamespace} ${alias.identityName}`)
      .join(', '),
    changed: formatInstant(asset.updatedAt),
    id,
  });
}
