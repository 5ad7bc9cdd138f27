import { DIRECT_SUBTYPES, type DirectSubtype, type IndirectSubtype } from '../model/expression.js';

/** A column that something follows from, and how. Source: OpenLineage ColumnLineageDatasetFacet 1-2-0. */
export type Source = {
  /** The dataset's name. */
  readonly table: string;
  readonly column: string;
  readonly isMasking: boolean;
} & (
  | { readonly type: 'DIRECT'; readonly subtype: DirectSubtype }
  | { readonly type: 'INDIRECT'; readonly subtype: IndirectSubtype }
);

/** A set of sources; one column may be in it in several ways. Never changed once it is handed out. */
export class Sources {
  static readonly NONE = new Sources(new Map());

  private constructor(private readonly byKey: ReadonlyMap<string, Source>) {}

  static of(sources: Iterable<Source>): Sources {
    const byKey = new Map<string, Source>();
    for (const source of sources) byKey.set(keyOf(source), source);
    return byKey.size === 0 ? Sources.NONE : new Sources(byKey);
  }

  /** A column as it stands. */
  static column(table: string, column: string): Sources {
    return Sources.of([{ table, column, type: 'DIRECT', subtype: 'IDENTITY', isMasking: false }]);
  }

  static union(all: readonly Sources[]): Sources {
    const telling = all.filter(({ size }) => size > 0);
    if (telling.length < 2) return telling[0] ?? Sources.NONE;
    const byKey = new Map<string, Source>();
    for (const sources of telling) for (const [key, source] of sources.byKey) byKey.set(key, source);
    return new Sources(byKey);
  }

  get size(): number {
    return this.byKey.size;
  }

  [Symbol.iterator](): IterableIterator<Source> {
    return this.byKey.values();
  }

  /** The sources of an expression over these: direct ones become at least as strong, the others stay. */
  through(subtype: DirectSubtype, isMasking: boolean): Sources {
    if (subtype === 'IDENTITY' && !isMasking) return this;
    return Sources.of(
      [...this].map((source) =>
        source.type === 'INDIRECT'
          ? source
          : {
              ...source,
              subtype: strongest(source.subtype, subtype),
              isMasking: source.isMasking || isMasking,
            },
      ),
    );
  }

  /**
   * The same columns as an influence. What decided over values until now decides as the outer use says; what decided over rows of a
   * subquery keeps its kind.
   */
  asInfluence(subtype: IndirectSubtype): Sources {
    return Sources.of(
      [...this].map((source) =>
        source.type === 'INDIRECT' && !OF_VALUES.has(source.subtype)
          ? source
          : { ...source, type: 'INDIRECT', subtype, isMasking: false },
      ),
    );
  }
}

/** Influences on single values, where the others are on rows. */
const OF_VALUES: ReadonlySet<IndirectSubtype> = new Set(['CONDITIONAL', 'WINDOW']);

function strongest(one: DirectSubtype, other: DirectSubtype): DirectSubtype {
  return DIRECT_SUBTYPES.indexOf(one) >= DIRECT_SUBTYPES.indexOf(other) ? one : other;
}

function keyOf({ table, column, type, subtype, isMasking }: Source): string {
  return `${type} ${subtype} ${isMasking ? 'm' : ''} ${table.length} ${table}${column}`;
}
