import type { DataLinks } from './data-links.js';
import type { Kind } from './kinds.js';
import type { LineageVariables } from './lineage-variables.js';
import type { Condition, Metadata, Selector } from './resources.js';

/** The object that controls another one. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** What an object does now, of which there is more to tell than that it has started. */
export interface Progress {
  readonly isRunning: boolean;
  /** When that began, RFC 3339. */
  readonly at: string;
  /** Grows while `at` stays the same: restarts, digests that became known. */
  readonly rank: number;
}

/** How an object ended. */
export interface End {
  readonly outcome: 'complete' | 'fail' | 'abort';
  /** RFC 3339 */
  readonly at: string;
  readonly message?: string;
}

/**
 * An object as it was seen, without what lineage does not need: small, bounded, and the same for the same state. It is kept, so that
 * what became of an object can still be told when the object is gone.
 */
export interface Observation {
  readonly kind: Kind;
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly owner?: Owner;
  readonly startedAt?: string;
  readonly progress?: Progress;
  readonly end?: End;
  /** When it is to be gone, for one that was told to go. */
  readonly deletedAt?: string;
  /** Whether it goes on until somebody ends it. */
  readonly isService: boolean;
  /** When it was to run by its schedule. */
  readonly nominalTime?: string;
  readonly links: DataLinks;
  readonly variables: LineageVariables;
  /** What the facet tells of it: phase, node, containers … */
  readonly told: Readonly<Record<string, unknown>>;
  /** Of a pod of a ReplicaSet: what its Deployment is known by. */
  readonly replica?: {
    readonly templateHash: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly createdAt: string;
  };
  /** Of a Deployment: the pods that are its own, and since when it is there. */
  readonly selects?: { readonly selector: Selector; readonly since: string };
}

const MAX_TEXT_CHARS = 1_000;
/** What PostgreSQL and terminals cannot take. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f]/g;

/** A text of the cluster's, made fit to be kept and shown; undefined for none. */
export function plain(text: string | undefined, maxChars = MAX_TEXT_CHARS): string | undefined {
  const clean = text?.slice(0, maxChars).toWellFormed().replace(CONTROL, '').trim();
  return clean === '' ? undefined : clean;
}

/** What every observation has. Texts of the API server itself (uid, names, times) are bounded by its own rules. */
export function identityOf(
  kind: Kind,
  metadata: Metadata,
): Pick<Observation, 'kind' | 'uid' | 'namespace' | 'name' | 'owner' | 'deletedAt'> {
  const { uid, name, namespace, deletionTimestamp, ownerReferences } = metadata;
  const owner = ownerReferences?.find(({ controller }) => controller === true);
  return {
    ...{ kind, uid, namespace, name },
    ...(owner && { owner: { kind: owner.kind, name: owner.name, uid: owner.uid } }),
    ...(deletionTimestamp !== undefined && { deletedAt: deletionTimestamp }),
  };
}

/** A condition that holds. */
export function conditionOf(
  conditions: readonly Condition[] | null | undefined,
  type: string,
): Condition | undefined {
  return conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

/** The latest of some instants, of those that are there. */
export function latest(instants: readonly (string | null | undefined)[]): string | undefined {
  const present = instants.filter((at) => at !== null && at !== undefined);
  return present.reduce<string | undefined>(
    (last, at) => (last === undefined || Date.parse(at) > Date.parse(last) ? at : last),
    undefined,
  );
}

/** When a person or a controller last changed what is wanted of an object. */
export function specChangedAt({ managedFields, creationTimestamp }: Metadata): string {
  const changes = managedFields?.filter(({ subresource }) => subresource === undefined) ?? [];
  return latest([creationTimestamp, ...changes.map(({ time }) => time)])!;
}
