import { ALL_COLUMNS, type StatementKind, type Transformation } from '../../projection/facts.js';
import type { ColumnStep } from '../graph.repository.js';
import { type ColumnPlace, columnOfPlace, placeOfColumn } from '../places.js';
import type { Way } from '../traversal.js';
import type { Ids } from './ids.js';
import { Links } from './links.js';
import { Ints } from './segments.js';
import { WordTable } from './word-table.js';

/** Bytes that a name takes beside its characters, roughly. */
const NAME_BYTES = 120;

const IS_COLUMNS = 1;
const IS_INDIRECT = 2;
const IS_MASKING = 4;
const SUBTYPE_SHIFT = 3;

/** A row of `lineage_column_edge`. */
export interface ColumnEdgeSaid {
  readonly source: ColumnPlace;
  readonly target: ColumnPlace;
  readonly jobId: string;
  readonly kind: StatementKind;
  readonly transformation: Transformation;
  readonly subtype: string;
  readonly isMasking: boolean;
}

/** Edges between columns, in memory, with when they hold. */
export class ColumnGraph {
  readonly links = new Links(4);
  private readonly columns = new WordTable(2);
  /** Columns of each asset, as the lists of {@link Links}. */
  private readonly firstOf = new Ints();
  private readonly nextOf = new Ints();
  private readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();
  private nameBytes = 0;
  private readonly column = new Int32Array(2);
  private readonly key = new Int32Array(4);

  constructor(private readonly ids: Ids) {}

  get size(): number {
    return this.columns.size;
  }

  /** Without the ids, which it shares. */
  get bytes(): number {
    return this.links.bytes + this.columns.bytes + this.firstOf.bytes + this.nextOf.bytes + this.nameBytes;
  }

  /** @param intervals see `Validity.set` */
  setEdge(said: ColumnEdgeSaid, intervals: readonly number[]): void {
    this.key[0] = this.add(said.source);
    this.key[1] = this.add(said.target);
    this.key[2] = this.ids.add(said.jobId);
    this.key[3] =
      (said.kind === 'columns' ? IS_COLUMNS : 0) |
      (said.transformation === 'indirect' ? IS_INDIRECT : 0) |
      (said.isMasking ? IS_MASKING : 0) |
      (this.numberOf(said.subtype) << SUBTYPE_SHIFT);
    this.links.set(this.key, intervals);
  }

  /** Whether values flow along an edge at an instant: it is direct, and nothing masks them. */
  isPlain(edge: number, instant: number): boolean {
    return (
      (this.links.word(edge, 3) & (IS_INDIRECT | IS_MASKING)) === 0 &&
      this.links.validity.holds(edge, instant)
    );
  }

  /** The job that makes an edge, by number. */
  jobOf(edge: number): number {
    return this.links.word(edge, 2);
  }

  /** The asset of a column, by number. */
  assetOf(column: number): number {
    return this.columns.word(column, 0);
  }

  nameOf(column: number): string {
    return this.names[this.columns.word(column, 1)]!;
  }

  /** The column that stands for all of an asset; -1 where nothing is said of it. */
  wholeOf(asset: number): number {
    return this.find(asset, ALL_COLUMNS);
  }

  /** The same as `GraphRepository.columnEdges`. */
  edges(places: readonly string[], way: Way, limit: number, asOf: Date): ColumnStep[] {
    const steps: ColumnStep[] = [];
    const nears = new Set(places.flatMap((place) => this.matching(columnOfPlace(place))));
    for (const near of [...nears].sort((a, b) => this.compare(a, b))) {
      if (steps.length >= limit) break;
      for (const step of this.leaving(near, way, asOf.getTime())) steps.push(step);
    }
    return steps.slice(0, limit);
  }

  /** In the order of far ends. What several jobs say alike is one step. */
  private leaving(near: number, way: Way, instant: number): ColumnStep[] {
    const isOut = way === 'downstream';
    const steps = new Map<string, ColumnStep>();
    for (let edge = this.links.first(near, isOut); edge >= 0; edge = this.links.next(edge, isOut)) {
      if (!this.links.validity.holds(edge, instant)) continue;
      const step = this.stepOf(edge);
      const key = `${isOut ? step.to : step.from}\n${step.transformation}`;
      const known = steps.get(key);
      if (known === undefined || (known.isMasking && !step.isMasking)) steps.set(key, step);
    }
    const far = isOut ? 'target' : 'source';
    return [...steps.values()].sort(
      (a, b) =>
        compareTexts(a[far].assetId, b[far].assetId) ||
        compareTexts(a[far].column, b[far].column) ||
        compareTexts(a.transformation, b.transformation),
    );
  }

  /** By asset, then by name. */
  private compare(a: number, b: number): number {
    return (
      this.ids.compare(this.columns.word(a, 0), this.columns.word(b, 0)) ||
      compareTexts(this.names[this.columns.word(a, 1)]!, this.names[this.columns.word(b, 1)]!)
    );
  }

  /** The same as `GraphRepository.columnsWithEdges`. */
  columnsWithEdges(assetId: string, limit: number, asOf: Date): string[] {
    const instant = asOf.getTime();
    return this.columnsOf(this.ids.find(assetId))
      .filter((column) => this.isTouched(column, true, instant) || this.isTouched(column, false, instant))
      .map((column) => this.names[this.columns.word(column, 1)]!)
      .sort(compareTexts)
      .slice(0, limit);
  }

  private isTouched(column: number, isOut: boolean, instant: number): boolean {
    for (let edge = this.links.first(column, isOut); edge >= 0; edge = this.links.next(edge, isOut))
      if (this.links.validity.holds(edge, instant)) return true;
    return false;
  }

  /** The column, and the whole dataset; of the whole all its columns. */
  private matching({ assetId, column }: ColumnPlace): number[] {
    const asset = this.ids.find(assetId);
    if (asset < 0) return [];
    if (column === ALL_COLUMNS) return this.columnsOf(asset);
    return [this.find(asset, column), this.find(asset, ALL_COLUMNS)].filter((one) => one >= 0);
  }

  /** By number; the whole is one of them where edges name it. */
  columnsOf(asset: number): number[] {
    const columns: number[] = [];
    if (asset < 0) return columns;
    for (let column = this.firstOf.get(asset) - 1; column >= 0; column = this.nextOf.get(column) - 1)
      columns.push(column);
    return columns;
  }

  private find(asset: number, name: string): number {
    const number = this.numbers.get(name);
    if (number === undefined) return -1;
    this.column[0] = asset;
    this.column[1] = number;
    return this.columns.find(this.column);
  }

  /** The number of a column, a new one if it has none yet. */
  add({ assetId, column: name }: ColumnPlace): number {
    const asset = this.ids.add(assetId);
    this.column[0] = asset;
    this.column[1] = this.numberOf(name);
    const known = this.columns.size;
    const column = this.columns.add(this.column);
    if (column === known) {
      this.nextOf.set(column, this.firstOf.get(asset));
      this.firstOf.set(asset, column + 1);
    }
    return column;
  }

  private numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    const number = this.names.push(name) - 1;
    this.numbers.set(name, number);
    this.nameBytes += NAME_BYTES + name.length * 2;
    return number;
  }

  private stepOf(edge: number): ColumnStep {
    const [source, target] = [this.placeOf(this.links.source(edge)), this.placeOf(this.links.target(edge))];
    const attributes = this.links.word(edge, 3);
    return {
      source,
      target,
      transformation: (attributes & IS_INDIRECT) === 0 ? 'direct' : 'indirect',
      isMasking: (attributes & IS_MASKING) !== 0,
      from: placeOfColumn(source),
      to: placeOfColumn(target),
    };
  }

  private placeOf(column: number): ColumnPlace {
    return {
      assetId: this.ids.textOf(this.columns.word(column, 0)),
      column: this.names[this.columns.word(column, 1)]!,
    };
  }
}

const BEYOND_BMP = /[\ud800-\udfff]/;

/** As PostgreSQL's collation "C" has it: by code points, which are not in the order of JavaScript's code units. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  if (BEYOND_BMP.test(a) || BEYOND_BMP.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
