import type { Dialect, Status } from './analysis.js';
import type { ToldProblem } from './lineage-json.js';

/** A line of the ledger. */
export interface StatementRecord {
  /** Also the run's id. */
  readonly id: string;
  readonly dialect: Dialect;
  /** The engine: an OpenLineage namespace. */
  readonly source: string;
  /** Who ran it there. */
  readonly engineUser: string | null;
  readonly queryId: string | null;
  readonly executedAt: Date;
  /** Without secrets, and cut where it is long. */
  readonly text: string;
  readonly fingerprint: string;
  readonly verb: string | null;
  readonly status: Status;
  readonly problems: readonly ToldProblem[];
  readonly inputIds: readonly string[];
  readonly outputIds: readonly string[];
  /** Columns whose lineage is known. */
  readonly columnCount: number;
  /** Whether the inputs and outputs are all datasets that the text names. */
  readonly namesAll: boolean;
  /** The job that its event is about; null for a statement that told lineage nothing. */
  readonly jobId: string | null;
  readonly eventId: string | null;
  /** Who posted it. */
  readonly principal: string;
}
