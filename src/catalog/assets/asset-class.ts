import type { Asset } from './asset.js';

/** All that policy and filters ask of an asset but its name: many assets have it in common. */
export type AssetClass = Pick<Asset, 'kind' | 'namespace' | 'tags' | 'owners'>;

/** SQL of an asset's class as text, for an alias of its table; NULL of what is another asset's name. */
export function assetClassColumn(alias: string): string {
  return `CASE WHEN ${alias}.alias_of IS NULL
    THEN jsonb_build_array(${alias}.kind, ${alias}.namespace, to_jsonb(${alias}.tags), to_jsonb(${alias}.owners))::text END`;
}

/** @param text as `assetClassColumn` gives it */
export function parseAssetClass(text: string): AssetClass {
  const [kind, namespace, tags, owners] = JSON.parse(text) as [Asset['kind'], string, string[], string[]];
  return { kind, namespace, tags, owners };
}
