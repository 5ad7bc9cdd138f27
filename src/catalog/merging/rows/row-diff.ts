/** How the rows of two versions of a file differ. Columns that one version alone has are no part of it. */
export interface RowDiff {
  /** By which rows were told apart; absent where they were compared as wholes, whatever their order. */
  readonly key?: readonly string[];
  /** Why the declared key did not tell rows apart. */
  readonly keyProblem?: string;
  readonly added: number;
  readonly removed: number;
  /** Rows of one key with other values; without a key such a row is one removed and one added. */
  readonly changed: number;
  /** In the order of the files: changed and removed ones, then added ones. At most {@link MAX_SAMPLES}. */
  readonly samples: readonly RowChange[];
}

export interface RowChange {
  readonly kind: 'added' | 'removed' | 'changed';
  /** The columns that differ; none of a row added or removed. */
  readonly columns: readonly string[];
  /** Values as text by column: the key, and of a changed row the columns that differ. */
  readonly before?: Readonly<Record<string, string>>;
  readonly after?: Readonly<Record<string, string>>;
}

/** What comparing came to; the reason is a sentence that begins with the side. */
export type RowDiffOutcome =
  { readonly kind: 'compared'; readonly diff: RowDiff } | { readonly kind: 'unfit'; readonly reason: string };

export const MAX_SAMPLES = 100;
/** Columns of a sample. */
export const MAX_SAMPLE_COLUMNS = 50;
