import { DomainError, type ErrorKind } from '../../platform/errors/index.js';
import { type Status, STATUSES } from './analysis.js';
import type { ToldProblem } from './lineage-json.js';
import type { DatasetName } from './statement-event.js';

/** What the poster of a statement is told. */
export interface StatementAnswer {
  readonly id: string;
  readonly status: Status;
  readonly verb?: string;
  readonly problems: readonly ToldProblem[];
  readonly inputs: readonly DatasetName[];
  readonly outputs: readonly DatasetName[];
  /** Written columns whose lineage is known. */
  readonly columns: number;
  /** The same statement was posted before. */
  readonly isDuplicate: boolean;
  /** Absent when there was nothing to tell lineage. */
  readonly runId?: string;
  readonly eventId?: string;
  readonly job?: DatasetName;
}

/** A statement that was not taken. */
export interface Refusal {
  readonly refused: string;
  /** Whether the same may be taken later. */
  readonly retriable: boolean;
}

/** What became of a text: of each of its statements, in order. */
export interface TextAnswer {
  /** The least of its statements' own. */
  readonly status: Status;
  readonly statements: readonly (StatementAnswer | Refusal)[];
}

/** What became of many texts. Source: the shape of OpenLineage's HTTP API, `POST /lineage/batch`. */
export interface BatchAnswer {
  readonly status: 'success' | 'partial_success' | 'failure';
  readonly summary: {
    readonly received: number;
    readonly successful: number;
    readonly failed: number;
  } & Readonly<Record<Status, number>>;
  /** One for each text, in order. */
  readonly results: readonly (TextAnswer | Refusal)[];
}

const RETRIABLE: ReadonlySet<ErrorKind> = new Set([
  'unavailable',
  'timeout',
  'too-many-requests',
  'storage-full',
]);

/** @throws the first failure when nothing of a text was taken */
export function textAnswerOf(outcomes: readonly PromiseSettledResult<StatementAnswer>[]): TextAnswer {
  const [first] = outcomes;
  if (first?.status === 'rejected' && outcomes.every(({ status }) => status === 'rejected'))
    throw first.reason;
  const statements = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : refusalOf(outcome.reason),
  );
  return { status: leastOf(statements), statements };
}

/** Sums up what became of many texts. @throws the first failure when all failed for a reason that may pass */
export function batchAnswerOf(outcomes: readonly PromiseSettledResult<TextAnswer>[]): BatchAnswer {
  const results = outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : refusalOf(outcome.reason),
  );
  const failed = results.filter((result) => 'refused' in result);
  const [first] = outcomes;
  if (
    first?.status === 'rejected' &&
    failed.length === results.length &&
    failed.every((one) => one.retriable)
  )
    throw first.reason;
  const taken = results.flatMap((result) => ('statements' in result ? result.statements : []));
  const count = (status: Status) => taken.filter((one) => 'status' in one && one.status === status).length;
  const successful = results.length - failed.length;
  return {
    status: failed.length === 0 ? 'success' : successful === 0 ? 'failure' : 'partial_success',
    summary: {
      ...{ received: results.length, successful, failed: failed.length },
      ...{ exact: count('exact'), partial: count('partial'), unparsed: count('unparsed') },
    },
    results,
  };
}

function leastOf(statements: readonly (StatementAnswer | Refusal)[]): Status {
  const ranks = statements.map((one) => ('status' in one ? STATUSES.indexOf(one.status) : 1));
  return STATUSES[Math.max(0, ...ranks)]!;
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof DomainError) return { refused: error.message, retriable: RETRIABLE.has(error.kind) };
  return { refused: 'something went wrong in the service', retriable: true };
}
