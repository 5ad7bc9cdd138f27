/** What is gained and lost, when, by key. */
export class Differences<Row extends object> {
  private readonly found = new Map<string, { row: Row; gained: string[]; lost: string[] }>();

  get size(): number {
    return this.found.size;
  }

  add(
    range: string,
    former: ReadonlySet<string>,
    now: ReadonlySet<string>,
    rowOf: (key: string) => Row,
    scope: readonly string[],
  ): void {
    const at = (key: string) => {
      const whole = JSON.stringify([...scope, key]);
      const known = this.found.get(whole) ?? { row: rowOf(key), gained: [], lost: [] };
      this.found.set(whole, known);
      return known;
    };
    for (const key of now) if (!former.has(key)) at(key).gained.push(range);
    for (const key of former) if (!now.has(key)) at(key).lost.push(range);
  }

  rows(): (Row & { readonly key: string; readonly gained: string; readonly lost: string })[] {
    return [...this.found].map(([key, { row, gained, lost }]) => ({
      ...row,
      ...{ key, gained: `{${gained.join(',')}}`, lost: `{${lost.join(',')}}` },
    }));
  }
}
