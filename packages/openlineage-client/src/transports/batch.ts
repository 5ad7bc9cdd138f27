import type { FailedEvent } from '../errors.js';

/** An event on its way: its place in the batch as handed over, and its JSON. */
export interface BatchEntry {
  readonly index: number;
  readonly json: string;
}

/** What a server says of a batch that it took with a 2xx. Indexes are those of the request. */
export interface BatchVerdict {
  readonly failures: readonly FailedEvent[];
  /** further failures that the server counts but does not name */
  readonly unnamed: number;
}

const BRACKETS_BYTES = 2;
const COMMA_BYTES = 1;

/** Cuts a batch into parts within both bounds, in order; an event over the size bound is a part of its own. */
export function splitBatch(jsons: readonly string[], maxEvents: number, maxBytes: number): BatchEntry[][] {
  const parts: BatchEntry[][] = [];
  let sizeBytes = 0;
  jsons.forEach((json, index) => {
    const addedBytes = Buffer.byteLength(json) + COMMA_BYTES;
    const part = parts.at(-1);
    if (part !== undefined && part.length < maxEvents && sizeBytes + addedBytes <= maxBytes) {
      part.push({ index, json });
      sizeBytes += addedBytes;
    } else {
      parts.push([{ index, json }]);
      sizeBytes = BRACKETS_BYTES + addedBytes;
    }
  });
  return parts;
}

/**
 * Reads the answer to a batch. No body, or none that is a JSON object, means that all were accepted.
 * Source: the OpenLineage HTTP API, `POST /lineage/batch`: `{status, summary, failed_events}`.
 * @param count events in the request
 */
export function readVerdict(body: string, count: number): BatchVerdict {
  const answer = parseObject(body);
  const listed = Array.isArray(answer.failed_events) ? answer.failed_events : [];
  const byIndex = new Map<number, FailedEvent>();
  for (const entry of listed) {
    const failure = readFailure(entry, count);
    if (failure !== undefined) byIndex.set(failure.index, failure);
  }
  const failures = [...byIndex.values()].sort((a, b) => a.index - b.index);
  const counted = (answer.summary as { failed?: unknown } | null | undefined)?.failed;
  const unsaid = answer.status === 'partial_success' ? 1 : 0;
  const failed = Math.max(typeof counted === 'number' ? counted : 0, listed.length, unsaid);
  return { failures, unnamed: Math.max(0, Math.min(failed, count) - failures.length) };
}

/** The verdict when the answer is too long to be read: no event counts as accepted, though it may have been. */
export function unreadable(count: number): BatchVerdict {
  const reason = 'the answer is longer than 4 MiB and was not read; send smaller batches';
  return {
    failures: Array.from({ length: count }, (_, index) => ({ index, reason, retryable: false })),
    unnamed: 0,
  };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function readFailure(entry: unknown, count: number): FailedEvent | undefined {
  const { index, reason, retriable } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= count) return undefined;
  return {
    index,
    reason: typeof reason === 'string' ? reason : 'the server gave no reason',
    retryable: retriable === true,
  };
}
