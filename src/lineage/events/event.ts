import type { JsonObject } from './json.js';

/** What kind of OpenLineage event: told by its parts. */
export type EventKind = 'run' | 'job' | 'dataset';

/** A dataset as an event names it, with whatever facets the producer gave. */
export interface EventDataset extends JsonObject {
  namespace: string;
  name: string;
  facets?: unknown;
}

/** A job as an event names it. */
export interface EventJob extends JsonObject {
  namespace: string;
  name: string;
  facets?: unknown;
}

/** The states a run can be told to be in. Source: OpenLineage RunEvent 2-0-2, `eventType`. */
export const EVENT_TYPES = ['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/**
 * An event that passed the checks of `validateEvent`: what the core schema requires is there and of its type; facets and whatever
 * else the producer sent are unchecked. Source: OpenLineage 2-0-2.
 */
export interface EventBody extends JsonObject {
  eventTime: string;
  eventType?: EventType;
  run?: { runId: string; facets?: unknown };
  job?: EventJob;
  dataset?: EventDataset;
  inputs?: EventDataset[];
  outputs?: EventDataset[];
}

/** An event in the log. */
export interface LoggedEvent {
  /** SHA-256 in hex of the canonical, redacted body: the same event sent twice has the same id. */
  readonly id: string;
  readonly body: EventBody;
  /** Ids of input assets whose description in this event is not taken, because its sender may not describe them. */
  readonly withheld: readonly string[];
}

/** A RunEvent has a run, a JobEvent a job and no run, a DatasetEvent a dataset and neither. */
export function kindOf(body: Pick<EventBody, 'run' | 'job' | 'dataset'>): EventKind | undefined {
  if (body.run !== undefined) return 'run';
  if (body.job !== undefined) return 'job';
  return body.dataset === undefined ? undefined : 'dataset';
}

/** Namespace and name together, in UTF-8: what an index entry of PostgreSQL can hold. */
export const MAX_IDENTITY_BYTES = 2_400;

/** Whether an asset can have this name: see {@link MAX_IDENTITY_BYTES}. */
export function isNameOfFittingLength({ namespace, name }: { namespace: string; name: string }): boolean {
  const chars = namespace.length + name.length;
  if (3 * chars <= MAX_IDENTITY_BYTES) return true;
  return Buffer.byteLength(namespace) + Buffer.byteLength(name) <= MAX_IDENTITY_BYTES;
}
