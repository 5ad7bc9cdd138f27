import type { Expression, Offset } from './expression.js';
import type { Write } from './statement.js';

/** The name of a table as it is written, folded: `t`, `s.t`, `c.s.t`. */
export interface TableName {
  readonly parts: readonly string[];
  readonly at: Offset;
}

/** What follows SELECT between two commas. */
export type SelectItem =
  | {
      readonly kind: 'value';
      readonly value: Expression;
      /** Undefined where the dialect gives no name. */
      readonly name: string | undefined;
    }
  | {
      readonly kind: 'star';
      /** `t` of `t.*`. */
      readonly qualifier?: readonly string[];
      /** What gives the row of `(row).*`, if that is no name. */
      readonly row?: Expression;
      /** Other names for its columns: `t.* AS (a, b)`. */
      readonly columns?: readonly string[];
      readonly at: Offset;
    };

/** What a column list names for what is before it: `AS t (a, b)`. */
export interface Alias {
  readonly name: string;
  readonly columns?: readonly string[];
}

/** A relation in FROM. */
export type Relation =
  | { readonly kind: 'table'; readonly table: TableName; readonly alias?: Alias }
  | {
      readonly kind: 'derived';
      readonly query: Query;
      readonly alias?: Alias;
      /** Whether it sees the relations before it. */
      readonly isLateral: boolean;
    }
  | FunctionRelation
  | JoinRelation
  | {
      /** Rows whose columns the text does not name: of a function, a row pattern, an array of rows. */
      readonly kind: 'opaque';
      readonly input?: Relation;
      readonly alias?: Alias;
      /** What each of its columns follows from; undefined where that is not known, and the front end has told why. */
      readonly value?: Expression;
      /** What is read for it. */
      readonly reads: readonly Expression[];
      /** What it is, for messages. */
      readonly label: string;
    };

/** A function in FROM; what it takes is in each of its columns, but where `columns` say otherwise. */
export interface FunctionRelation {
  readonly kind: 'function';
  readonly columns: readonly { readonly name: string; readonly value: Expression }[];
  readonly alias?: Alias;
  /** What it takes, whether or not a column follows from it. */
  readonly reads?: readonly Expression[];
  /** Whether a number of the row follows its columns. */
  readonly ordinality?: string;
}

/** A key of GROUP BY or ORDER BY: an expression, or the place of an output column, from 1. */
export type OutputKey = Expression | { readonly kind: 'ordinal'; readonly place: number };

/** A join. */
export interface JoinRelation {
  readonly kind: 'join';
  readonly type: 'inner' | 'left' | 'right' | 'full' | 'cross';
  readonly left: Relation;
  readonly right: Relation;
  readonly on?: Expression;
  readonly using?: readonly string[];
  readonly isNatural: boolean;
  /** `(a JOIN b …) AS j`, which hides `a` and `b`. */
  readonly alias?: Alias;
  /** `USING (id) AS u`: a name for the merged columns. */
  readonly usingAlias?: string;
  readonly at: Offset;
}

/** SELECT … without what stands around it. */
export interface Select {
  readonly kind: 'select';
  readonly items: readonly SelectItem[];
  readonly from: readonly Relation[];
  readonly where?: Expression;
  readonly groupBy: readonly OutputKey[];
  readonly having?: Expression;
  readonly distinctOn: readonly OutputKey[];
  /** Keys of the named windows, which are computed whether or not something is taken of them. */
  readonly windows?: readonly Expression[];
}

/** What gives rows. */
export type Body =
  | Select
  | {
      readonly kind: 'set';
      readonly operation: 'union' | 'intersect' | 'except';
      /** Two or more. */
      readonly branches: readonly Query[];
      /** Columns are matched by name. */
      readonly isByName: boolean;
      readonly at: Offset;
    }
  | {
      readonly kind: 'values';
      readonly rows: readonly (readonly Expression[])[];
      readonly names: (index: number) => string;
    }
  | { readonly kind: 'write'; readonly write: Write };

/** A query with its WITH and ORDER BY. */
export interface Query {
  readonly ctes: readonly Cte[];
  readonly isRecursive: boolean;
  readonly body: Body;
  readonly orderBy: readonly OutputKey[];
}

/** A named query of WITH. */
export interface Cte {
  readonly name: string;
  readonly columns?: readonly string[];
  readonly query: Query;
}

/** A query that is its body and nothing else. */
export function plainQuery(body: Body): Query {
  return { ctes: [], isRecursive: false, body, orderBy: [] };
}
