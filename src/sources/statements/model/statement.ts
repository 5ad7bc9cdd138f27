import type { Expression, Offset } from './expression.js';
import type { Alias, Query, Relation, SelectItem, TableName } from './query.js';

/** `a = value`, or `(a, b) = (SELECT …)`. */
export interface Assignment {
  readonly columns: readonly string[];
  readonly value: Expression;
}

/** What a statement of a transaction does to it. */
export type TransactionChange =
  | { readonly does: 'begin' }
  | { readonly does: 'commit' | 'rollback'; readonly isChained: boolean }
  | { readonly does: 'savepoint' | 'release' | 'rollback-to'; readonly name: string };

/** A table that is written to, under the name that the statement gives it. */
export interface Target {
  readonly table: TableName;
  readonly alias?: Alias;
}

/** What a statement that changes rows gives of them. */
interface Returning {
  readonly returning: readonly SelectItem[];
  /** What the rows before and after are called there; `old` and `new` when absent. */
  readonly states?: readonly string[];
}

/** What changes the rows of a table. */
export type Write = Returning &
  (
    | {
        readonly kind: 'insert';
        readonly target: Target;
        readonly columns?: readonly string[];
        /** Undefined for DEFAULT VALUES. */
        readonly source?: Query;
        readonly onConflict?: { readonly set: readonly Assignment[]; readonly where?: Expression };
      }
    | {
        readonly kind: 'update';
        readonly target: Target;
        readonly set: readonly Assignment[];
        readonly from: readonly Relation[];
        readonly where?: Expression;
      }
    | {
        readonly kind: 'delete';
        readonly target: Target;
        readonly from: readonly Relation[];
        readonly where?: Expression;
      }
    | {
        readonly kind: 'merge';
        readonly target: Target;
        readonly source: Relation;
        readonly on: Expression;
        readonly cases: readonly MergeCase[];
      }
  );

/** A WHEN of MERGE. */
export interface MergeCase {
  readonly condition?: Expression;
  readonly action:
    | { readonly kind: 'update'; readonly set: readonly Assignment[] }
    | {
        readonly kind: 'insert';
        readonly columns?: readonly string[];
        readonly values: readonly Expression[];
      }
    | { readonly kind: 'delete' | 'nothing' };
}

/** A column as CREATE TABLE tells it. */
export interface DefinedColumn {
  readonly name: string;
  readonly type?: string | undefined;
}

/** What ALTER does to a column. */
export type ColumnChange =
  | { readonly kind: 'add'; readonly column: DefinedColumn; readonly isConditional: boolean }
  | { readonly kind: 'drop'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string }
  | { readonly kind: 'type'; readonly name: string; readonly type: string | undefined };

/** What becomes of a table itself. Source: OpenLineage LifecycleStateChangeDatasetFacet. */
export type Lifecycle = 'ALTER' | 'CREATE' | 'DROP' | 'OVERWRITE' | 'RENAME' | 'TRUNCATE';

/** A file that is read or written, e.g. by COPY. */
export interface FileName {
  readonly path: string;
}

/** One statement of a text. */
export type Statement =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'write'; readonly query: Query }
  | {
      readonly kind: 'create-as';
      readonly object: 'table' | 'view' | 'materialized-view';
      readonly table: TableName;
      readonly columns?: readonly string[];
      readonly query: Query;
      readonly isTemporary: boolean;
      readonly isReplacing: boolean;
      /** IF NOT EXISTS: what is there stays as it is. */
      readonly isConditional: boolean;
    }
  | {
      readonly kind: 'create-table';
      readonly table: TableName;
      readonly columns: readonly DefinedColumn[];
      /** Tables whose columns come first: LIKE, INHERITS, PARTITION OF. */
      readonly like: readonly TableName[];
      readonly isTemporary: boolean;
      readonly isConditional: boolean;
    }
  | {
      readonly kind: 'lifecycle';
      readonly change: Lifecycle;
      readonly tables: readonly TableName[];
      readonly becomes?: TableName;
      /** What ALTER does to columns; undefined where that cannot be told. */
      readonly columns?: readonly ColumnChange[];
    }
  | {
      /** SET search_path, USE: where names without a schema are looked up from here on. */
      readonly kind: 'use';
      readonly catalog?: string;
      /** In this order; none for what it was at first. */
      readonly schemas: readonly string[];
      /** SET LOCAL: until the transaction ends. */
      readonly isLocal?: boolean;
    }
  | { readonly kind: 'transaction'; readonly change: TransactionChange }
  /** DISCARD: temporary tables are gone, and with `all` where names are looked up too. */
  | { readonly kind: 'discard'; readonly what: 'all' | 'temporary' }
  | { readonly kind: 'refresh'; readonly table: TableName }
  | {
      readonly kind: 'copy-from';
      readonly target: Target;
      readonly columns?: readonly string[];
      /** Undefined when the client sends the rows. */
      readonly file?: FileName;
    }
  | { readonly kind: 'copy-to'; readonly query: Query; readonly file?: FileName }
  /** Nothing of it is data: SET, GRANT, EXPLAIN. */
  | { readonly kind: 'none' }
  /** What it does cannot be told from its text; the front end has said why. */
  | { readonly kind: 'opaque' };

/** Why something is not known. Clients branch on `code`. */
export interface Problem {
  readonly code: ProblemCode;
  /** What it is about: a table, a column, a function. */
  readonly subject: string;
  readonly message: string;
  readonly at: Offset;
}

export type ProblemCode =
  | 'ambiguous-column'
  | 'column-count'
  | 'dynamic-sql'
  | 'external-program'
  | 'prepared-statement'
  | 'syntax'
  | 'timeout'
  | 'too-complex'
  | 'too-large'
  | 'unknown-column'
  | 'unknown-columns'
  | 'unknown-definition'
  | 'unknown-function'
  | 'unqualified-table'
  | 'unsupported-construct'
  | 'parser-failed';

/** A statement as a front end read it. */
export interface ReadStatement {
  /** For people: `INSERT`, `CREATE TABLE AS`. */
  readonly verb: string;
  readonly statement: Statement;
  readonly problems: readonly Problem[];
  /** Where it lies in the text. */
  readonly start: Offset;
  readonly end: Offset;
  /** The same for statements that differ in literals only. */
  readonly fingerprint: string;
}

/** A statement that no front end could read. */
export interface UnreadStatement {
  readonly problem: Problem;
  readonly start: Offset;
  readonly end: Offset;
  readonly fingerprint: string;
}
