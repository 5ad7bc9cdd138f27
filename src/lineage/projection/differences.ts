/** What rows gain and lose, and when. */
interface Difference<Row> {
  readonly row: Row;
  readonly gained: string[];
  readonly lost: string[];
  readonly readGained: string[];
  readonly readLost: string[];
}

/** Gains and losses as multiranges: of what facets say, and of what was read out of SQL. */
export interface Changed {
  /** Of the row. */
  readonly key: string;
  readonly gained: string;
  readonly lost: string;
  readonly readGained: string;
  readonly readLost: string;
}

/** A multirange of no instant. */
export const NOTHING = '{}';

/** What is gained and lost, when, by key. */
export class Differences<Row extends object> {
  private readonly found = new Map<string, Difference<Row>>();

  get size(): number {
    return this.found.size;
  }

  /** @param isRead whether it was read out of SQL, and no facet said it */
  add(
    range: string,
    isRead: boolean,
    former: ReadonlySet<string>,
    now: ReadonlySet<string>,
    rowOf: (key: string) => Row,
    scope: readonly string[],
  ): void {
    const at = (key: string) => {
      const whole = JSON.stringify([...scope, key]);
      const known = this.found.get(whole) ?? {
        ...{ row: rowOf(key), gained: [], lost: [], readGained: [], readLost: [] },
      };
      this.found.set(whole, known);
      return known;
    };
    for (const key of now) if (!former.has(key)) at(key)[isRead ? 'readGained' : 'gained'].push(range);
    for (const key of former) if (!now.has(key)) at(key)[isRead ? 'readLost' : 'lost'].push(range);
  }

  rows(): (Row & Changed)[] {
    const text = (ranges: readonly string[]) => `{${ranges.join(',')}}`;
    return [...this.found].map(([key, { row, gained, lost, readGained, readLost }]) => ({
      ...row,
      ...{ key, gained: text(gained), lost: text(lost) },
      ...{ readGained: text(readGained), readLost: text(readLost) },
    }));
  }
}
