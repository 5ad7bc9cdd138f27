import { createHash } from 'node:crypto';

/** What an asset is. Datasets and models are data; jobs, endpoints and workloads do something with data. */
export const ASSET_KINDS = ['dataset', 'model', 'job', 'endpoint', 'workload'] as const;
export type AssetKind = (typeof ASSET_KINDS)[number];

/** OpenLineage names data and jobs apart: the same namespace and name may stand for one of each. */
export type AssetSpace = 'data' | 'job';

/** An asset's OpenLineage name. */
export interface AssetIdentity {
  readonly space: AssetSpace;
  /** OpenLineage's namespace, e.g. `postgres://db:5432`; not the policy's. */
  readonly identityNamespace: string;
  readonly identityName: string;
}

/** The OpenLineage namespace of everything that Cairn itself versions or runs. */
export const MANAGED_IDENTITY_NAMESPACE = 'cairn';

export function spaceOf(kind: AssetKind): AssetSpace {
  return kind === 'dataset' || kind === 'model' ? 'data' : 'job';
}

/** Any fixed UUID: the name space of asset ids. */
const ASSET_ID_NAMESPACE = Buffer.from('6f2c3d1e8a4b5c6d9e0f1a2b3c4d5e6f', 'hex');

/** The id that an identity always has. Source: RFC 9562 UUIDv5 over space, namespace and name. */
export function assetIdOf({ space, identityNamespace, identityName }: AssetIdentity): string {
  const name = JSON.stringify([space, identityNamespace, identityName]);
  const bytes = createHash('sha1').update(ASSET_ID_NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Anything with a place in the catalog. */
export interface Asset extends AssetIdentity {
  readonly id: string;
  readonly kind: AssetKind;
  /** Where it stands in policy's tree of namespaces, e.g. `research/penguins`. */
  readonly namespace: string;
  /** Whether Cairn versions its content or runs it. */
  readonly isManaged: boolean;
  readonly description: string | null;
  /** Subjects: `user:pia`. */
  readonly owners: readonly string[];
  /** Classifications as set, not closed over their tree. */
  readonly tags: readonly string[];
  /** The asset that its name is another name of, by its id; null for an asset of its own. */
  readonly aliasOf: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
