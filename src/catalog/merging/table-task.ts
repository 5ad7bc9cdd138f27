import type { ColumnCounts } from '../classification/scanners/confidence.js';
import type { ScannedFormat } from '../classification/scanners/scanned-formats.js';
import type { ContentHint, ContentProfile } from '../profiles/index.js';
import type { TableHead, TableObligations, TableOutcome } from '../obligations/table/table-obligations.js';
import type { RowRule, RowsOutcome, TextFormat } from './rows/merge-text.js';
import type { RowDiffOutcome } from './rows/row-diff.js';
import type { RowStrategy } from './rows/row-plan.js';

/** Formats whose rows are merged and compared. */
export type TableFormat = TextFormat | 'parquet';

/**
 * Work on files of users, done in a child process: a hostile one may cost the child, never the service. The folder holds
 * `ours`, `theirs` and perhaps `base`; `result` is written there.
 */
export interface MergeTask {
  readonly kind: 'merge';
  readonly format: TableFormat;
  readonly directory: string;
  readonly hasBase: boolean;
  readonly rule: RowRule;
  readonly strategy?: RowStrategy;
}

/** Reads schema and statistics of a text file. */
export interface ProfileTask {
  readonly kind: 'profile';
  /** The beginning of the file. */
  readonly file: string;
  readonly hint: ContentHint;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

/** Compares the rows of `before` and `after` in the folder. */
export interface DiffTask {
  readonly kind: 'diff';
  readonly format: TableFormat;
  readonly directory: string;
  readonly key?: readonly string[];
}

/** Writes what may be seen of `raw` in the folder to `result`. */
export interface MaskTask {
  readonly kind: 'mask';
  readonly format: TableFormat;
  readonly directory: string;
  readonly obligations: TableObligations;
  /** Of the installation, for digests that only it can make. */
  readonly key: Uint8Array;
}

/** Reads the first rows of `raw` in the folder. */
export interface HeadTask {
  readonly kind: 'head';
  readonly format: TableFormat;
  readonly directory: string;
  readonly first: number;
}

/** Counts which values of a file scanners take for theirs. */
export interface ScanTask {
  readonly kind: 'scan';
  readonly format: ScannedFormat;
  /** The file; of text the beginning. */
  readonly file: string;
  /** Of the whole file. */
  readonly sizeBytes: number;
}

export type TableTask = MergeTask | ProfileTask | DiffTask | MaskTask | HeadTask | ScanTask;

/** What each kind of task answers. */
export interface TaskAnswers {
  readonly merge: RowsOutcome;
  readonly profile: ContentProfile | undefined;
  readonly diff: RowDiffOutcome;
  readonly mask: TableOutcome;
  /** A text says why there is none. */
  readonly head: TableHead | string;
  readonly scan: readonly ColumnCounts[];
}

/** A message of the child: its task is done, or failed for a reason that is no fault of the file. */
export type TaskMessage = { readonly answer: TaskAnswers[keyof TaskAnswers] } | { readonly failed: string };
