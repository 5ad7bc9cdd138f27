import type { Transformation } from '../projection/facts.js';

/** Dialects of SQL that are read out of events. `common` is what several have in common: of them nothing else is read. */
export type SqlDialect = 'postgresql' | 'trino' | 'common';

/** A dataset that an event names beside its statement. */
export interface SqlTable {
  /** Its whole name, as the rules of names that come with Cairn spell it: `database.schema.table`. */
  readonly name: string;
  /** Its columns in order; absent where they are not all told. */
  readonly columns?: readonly string[];
}

/** A statement of an event, and all that there is to understand it by: the event's own datasets. */
export interface SqlQuestion {
  readonly dialect: SqlDialect;
  readonly query: string;
  readonly inputs: readonly SqlTable[];
  readonly outputs: readonly SqlTable[];
  /** Whether the rows of a text that is one plain query are written to the only output. */
  readonly isResultWritten: boolean;
}

/** That a column of an output follows from a column of an input, or of another output that was made before it. */
export interface SqlColumn {
  readonly source: string;
  readonly sourceColumn: string;
  /** `*` where it decides over the rows. */
  readonly targetColumn: string;
  readonly transformation: Transformation;
  readonly subtype: string;
  readonly isMasking: boolean;
}

/** How an output follows from inputs, by their names. */
export interface SqlOutput {
  readonly output: string;
  /** All that flow into it; null where that cannot be told. */
  readonly inputs: readonly string[] | null;
  readonly columns: readonly SqlColumn[];
  /** Whether nothing of what is written to it is left open. */
  readonly isExact: boolean;
}

/** What a statement tells of the outputs of its event; of those that it does not write, nothing. */
export interface SqlAnswer {
  readonly outputs: readonly SqlOutput[];
  /** What could not be read, in words for people. */
  readonly problems: readonly string[];
}

/**
 * Reads statements. The answer depends on the question alone, never on what else is known, so that the graph follows from its events.
 */
export interface SqlReader {
  /** Never rejects for what a statement says. */
  read(question: SqlQuestion): Promise<SqlAnswer>;
}
