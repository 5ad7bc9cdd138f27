import { InvalidInputError, NotFoundError } from '../../../platform/errors/index.js';

export const RUN_STATUSES = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A value of a metric at a step. Times are milliseconds since 1970. */
export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
  readonly loggedModelId?: string;
}

/** What an MLflow client did, as it told. */
export interface MlflowRun {
  /** 32 hex digits. */
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  /** As the client gave it; `createdBy` is who it was. */
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly params: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly datasets: readonly object[];
  readonly modelInputs: readonly { readonly model_id: string }[];
  readonly modelOutputs: readonly { readonly model_id: string; readonly step: number }[];
  readonly createdBy: string;
  readonly deletedAt: Date | null;
}

export const runNotFound = (id: string): NotFoundError => new NotFoundError('Run', id);

const MAX_ENTRIES = 2000;

/** A parameter is what it was first said to be. @throws {InvalidInputError} `params` */
export function withParams(
  known: Readonly<Record<string, string>>,
  given: readonly { readonly key: string; readonly value: string }[],
): Record<string, string> {
  const params = new Map(Object.entries(known));
  for (const { key, value } of given) {
    const before = params.get(key);
    if (before !== undefined && before !== value)
      throw new InvalidInputError(
        'params',
        `${key} is ${JSON.stringify(before.slice(0, 100))} and does not change to ${JSON.stringify(value.slice(0, 100))}`,
      );
    params.set(key, value);
  }
  if (params.size > MAX_ENTRIES) throw new InvalidInputError('params', `must be at most ${MAX_ENTRIES}`);
  return Object.fromEntries(params);
}

/** @throws {InvalidInputError} `tags` */
export function withTags(
  known: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const tags = { ...known, ...given };
  if (Object.keys(tags).length > MAX_ENTRIES)
    throw new InvalidInputError('tags', `must be at most ${MAX_ENTRIES}`);
  return tags;
}
