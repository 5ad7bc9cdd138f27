import type { Client } from '../api/client.js';
import { UsageError } from '../exit-codes.js';

const KINDS = ['dataset', 'model', 'job', 'endpoint', 'workload'] as const;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What an argument may be that names an asset. */
export const ASSET_ARGUMENT = 'an id, a repository, KIND,NAME of what Cairn manages, or KIND,NAMESPACE,NAME';

/** How an asset can be named on a command line. */
export type AssetName =
  | { readonly by: 'id'; readonly id: string }
  | {
      readonly by: 'identity';
      readonly kind: string;
      readonly identityNamespace: string;
      readonly identityName: string;
    }
  | { readonly by: 'repository'; readonly name: string };

/**
 * An asset's id, `KIND NAMESPACE NAME` with a comma between (`job,airflow://prod,etl.load`), `KIND,NAME` for what Cairn manages, or the
 * name of a repository.
 * @throws {UsageError}
 */
export function parseAssetName(text: string): AssetName {
  if (UUID.test(text)) return { by: 'id', id: text };
  const [kind, ...rest] = text.split(',');
  if (rest.length === 0) return { by: 'repository', name: text };
  if (!KINDS.some((known) => known === kind) || rest.some((part) => part === '')) {
    throw new UsageError(
      `${JSON.stringify(text)}: must be an id, a repository, or KIND,NAMESPACE,NAME with a kind of ${KINDS.join(', ')}`,
    );
  }
  const [identityNamespace, ...name] = rest.length === 1 ? ['cairn', ...rest] : rest;
  return { by: 'identity', kind: kind!, identityNamespace: identityNamespace!, identityName: name.join(',') };
}

/** The id of the asset that a command names. */
export async function resolveAsset(client: Client, text: string): Promise<string> {
  const name = parseAssetName(text);
  if (name.by === 'id') return name.id;
  if (name.by === 'repository') {
    const query = 'query AssetOf($name: String!) { repository(name: $name) { asset { id } } }';
    return (await client.ask<{ repository: { asset: { id: string } } }>(query, { name: name.name }))
      .repository.asset.id;
  }
  const query = `query AssetByName($kind: AssetKind!, $identityNamespace: String!, $identityName: String!) {
    assetByName(kind: $kind, identityNamespace: $identityNamespace, identityName: $identityName) { id }
  }`;
  const { kind, identityNamespace, identityName } = name;
  return (await client.ask<{ assetByName: { id: string } }>(query, { kind, identityNamespace, identityName }))
    .assetByName.id;
}
