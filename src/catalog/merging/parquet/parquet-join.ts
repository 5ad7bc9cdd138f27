import type { ThreeSides } from '../rows/merge-text.js';
import type { RowStrategy } from '../rows/row-plan.js';
import { identifier } from './sql-text.js';
import { type ParquetSide, ROW } from './parquet-side.js';

/** The merge of three tables by key, as SQL over the tables `base`, `ours` and `theirs`. The rules are those of `cells.ts`. */
export class ParquetJoin {
  /** Of the result: those of ours, then what theirs added; without what one side removed. */
  readonly columns: readonly string[];
  /** All that any side has but for the key, which is equal. */
  readonly comparedColumns: readonly string[];
  /** Columns of the base that one side alone kept. */
  readonly removedColumns: readonly string[];
  readonly from: string;

  /** @param decided removed columns in which `strategy` decides every cell */
  constructor(
    private readonly sides: ThreeSides<ParquetSide>,
    private readonly key: readonly string[],
    private readonly strategy: RowStrategy | undefined,
    decided: ReadonlySet<string>,
  ) {
    const { ours, theirs } = sides;
    const all = [...new Set([...ours.types.keys(), ...theirs.types.keys()])];
    this.removedColumns = all.filter(
      (name) => this.has('b', name) && this.has('o', name) !== this.has('t', name),
    );
    const removed = new Set(this.removedColumns);
    const holder = strategy === 'theirs' ? 't' : 'o';
    this.columns = all.filter((name) => !removed.has(name) || (decided.has(name) && this.has(holder, name)));
    this.comparedColumns = all;
    const equal = (a: string, b: string) =>
      key.map((name) => `${a}.${identifier(name)} = ${b}.${identifier(name)}`).join(' AND ');
    const both = key.map(
      (name) => `b.${identifier(name)} = coalesce(o.${identifier(name)}, t.${identifier(name)})`,
    );
    const base =
      sides.base === undefined
        ? `LEFT JOIN (SELECT NULL::BIGINT AS ${ROW}) AS b ON false`
        : `LEFT JOIN base AS b ON ${both.join(' AND ')}`;
    this.from = `FROM ours AS o FULL JOIN theirs AS t ON ${equal('o', 't')} ${base}`;
  }

  get hasOtherColumns(): boolean {
    return JSON.stringify(this.columns) !== JSON.stringify([...this.sides.ours.types.keys()]);
  }

  /** Both sides changed the cell, each in its own way. */
  conflictIn(name: string): string {
    const column = identifier(name);
    const differs = (a: string, b: string) => `${a}.${column} IS DISTINCT FROM ${b}.${column}`;
    const isShared = `o.${ROW} IS NOT NULL AND t.${ROW} IS NOT NULL`;
    const hasBase = `b.${ROW} IS NOT NULL`;
    const [inBase, inOurs, inTheirs] = [this.has('b', name), this.has('o', name), this.has('t', name)];
    if (inOurs && inTheirs) {
      const own = inBase ? ` AND (b.${ROW} IS NULL OR (${differs('b', 'o')} AND ${differs('b', 't')}))` : '';
      return `(${isShared} AND ${differs('o', 't')}${own})`;
    }
    if (!inBase) return 'false';
    return `(${isShared} AND ${hasBase} AND ${differs(inOurs ? 'o' : 't', 'b')})`;
  }

  /** A row that one side removed and the other one changed. */
  private get isHalfRemoved(): string {
    return `(b.${ROW} IS NOT NULL AND ((t.${ROW} IS NULL AND ${this.changed('o')}) OR (o.${ROW} IS NULL AND ${this.changed('t')})))`;
  }

  get isConflict(): string {
    return [...this.comparedColumns.map((name) => this.conflictIn(name)), this.isHalfRemoved].join(' OR ');
  }

  /** Whether a row is in the result. */
  private get isKept(): string {
    const winner = this.strategy === 'theirs' ? 't' : 'o';
    return `(b.${ROW} IS NULL OR (o.${ROW} IS NOT NULL AND t.${ROW} IS NOT NULL) OR (${this.isHalfRemoved} AND ${winner}.${ROW} IS NOT NULL))`;
  }

  /** Whether the row is another one in the result than in ours. */
  get isTaken(): string {
    const changed = this.columns
      .filter((name) => this.has('o', name))
      .map((name) => `${this.value(name)} IS DISTINCT FROM o.${identifier(name)}`);
    return `(o.${ROW} IS NULL AND ${this.isKept}) OR (o.${ROW} IS NOT NULL AND (NOT ${this.isKept} OR ${changed.join(' OR ') || 'false'}))`;
  }

  get select(): string {
    const values = this.columns.map((name) => `${this.value(name)} AS ${identifier(name)}`);
    return `SELECT ${values.join(', ')} ${this.from} WHERE ${this.isKept} ORDER BY o.${ROW} NULLS LAST, t.${ROW}`;
  }

  /** Rows in conflict: `orow`, `trow`, `brow`; for column i of `comparedColumns` whether it is one (`xi`) and its texts (`oi`, `ti`, `bi`). */
  get selectConflicts(): string {
    const text = (side: Letter, name: string, i: number): string =>
      `${this.has(side, name) ? `${side}.${identifier(name)}::VARCHAR` : 'NULL::VARCHAR'} AS ${side}${i}`;
    const columns = this.comparedColumns.flatMap((name, i) => [
      `${this.conflictIn(name)} AS x${i}`,
      ...(['b', 'o', 't'] as const).map((side) => text(side, name, i)),
    ]);
    return `SELECT o.${ROW} AS orow, t.${ROW} AS trow, b.${ROW} AS brow, ${columns.join(', ')}
      ${this.from} WHERE ${this.isConflict} ORDER BY o.${ROW} NULLS LAST, t.${ROW}`;
  }

  private value(name: string): string {
    const column = identifier(name);
    if (this.key.includes(name)) return `coalesce(o.${column}, t.${column})`;
    const [inBase, inOurs, inTheirs] = [this.has('b', name), this.has('o', name), this.has('t', name)];
    if (!inTheirs) return `o.${column}`;
    if (!inOurs) return `t.${column}`;
    const base = inBase
      ? `WHEN b.${ROW} IS NOT NULL AND b.${column} IS NOT DISTINCT FROM o.${column} THEN t.${column}
         WHEN b.${ROW} IS NOT NULL AND b.${column} IS NOT DISTINCT FROM t.${column} THEN o.${column}`
      : '';
    return `CASE WHEN o.${ROW} IS NULL THEN t.${column} WHEN t.${ROW} IS NULL THEN o.${column}
      WHEN o.${column} IS NOT DISTINCT FROM t.${column} THEN o.${column} ${base}
      ELSE ${this.strategy === 'theirs' ? 't' : 'o'}.${column} END`;
  }

  /** Whether a side changed a row of the base, in the columns that both have. */
  private changed(side: Letter): string {
    const shared = this.comparedColumns.filter((name) => this.has('b', name) && this.has(side, name));
    const tests = shared.map((name) => `${side}.${identifier(name)} IS DISTINCT FROM b.${identifier(name)}`);
    return `(${side}.${ROW} IS NOT NULL AND (${tests.join(' OR ') || 'false'}))`;
  }

  private has(side: Letter, name: string): boolean {
    const { base, ours, theirs } = this.sides;
    return { b: base, o: ours, t: theirs }[side]?.types.has(name) ?? false;
  }
}

type Letter = 'b' | 'o' | 't';
