/**
 * What a principal can want, the fixed vocabulary of the `act` column:
 * - `list` see that an asset exists: its name and metadata · `read` its content
 * - `write` upload, commit, branch, tag · `merge` merge or commit onto a protected branch
 * - `manage` owner, description, classification, protection, delete
 * - `train` use as training input · `run` submit training runs · `deploy` · `infer`
 * - `emit` post events about it
 * - `administer` principals, tokens, policy, dead letters, audit: the one action of `system/…` objects
 */
export const ACTIONS = [
  'list',
  'read',
  'write',
  'merge',
  'manage',
  'train',
  'run',
  'deploy',
  'infer',
  'emit',
  'administer',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Kinds of asset. A repository governs as the dataset or model that it holds. */
export const ASSET_KINDS = ['dataset', 'model', 'job', 'endpoint', 'workload'] as const;

/** What an object is: an asset, or a part of the service itself (`system/…`). */
export const KINDS = [...ASSET_KINDS, 'system'] as const;
export type Kind = (typeof KINDS)[number];

/** The parts of the service that are asked about, always with `administer`, as `system/<name>` in the root namespace. */
export const SYSTEM_OBJECTS = ['principals', 'policy', 'outbox', 'audit', 'catalogs'] as const;
export type SystemObject = (typeof SYSTEM_OBJECTS)[number];

/**
 * The root of all namespaces. A rule in `*` holds everywhere, a role link in `*` is global, and both hold in
 * namespaces that no `g2` line names. Objects of kind `system` stand in `*` itself, so that only what is granted
 * globally reaches them.
 */
export const ROOT_NAMESPACE = '*';

/** The parent of a classification that has none: `g3, restricted, *` only declares it, so that a misspelling of it is found. */
export const ROOT_TAG = '*';

/** Any subject (`sub`), any action (`act`), or no test of tags (`tags`), by column. */
export const ANY = '*';

/** The classification of an asset that has never been scanned. The catalog sets it; rules name it like any other. */
export const UNCLASSIFIED = 'unclassified';

/** Where assets known only from events stand when no line of `places.csv` says otherwise. */
export const EXTERNAL_NAMESPACE = 'external';

const ACTION_SET: ReadonlySet<string> = new Set(ACTIONS);
const KIND_SET: ReadonlySet<string> = new Set(KINDS);

/** Whether `value` is one of {@link ACTIONS}. */
export function isAction(value: string): value is Action {
  return ACTION_SET.has(value);
}

/** Whether `value` is one of {@link KINDS}. */
export function isKind(value: string): value is Kind {
  return KIND_SET.has(value);
}

/** What policy is asked about a part of the service. */
export function systemResource(name: SystemObject): {
  readonly namespace: string;
  readonly kind: 'system';
  readonly name: SystemObject;
  readonly tags: readonly string[];
} {
  return { namespace: ROOT_NAMESPACE, kind: 'system', name, tags: [] };
}
