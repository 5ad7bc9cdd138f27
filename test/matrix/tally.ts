/** Something that a caller was told, or could change, and must not be. */
export interface Leak {
  readonly principal: string;
  readonly door: string;
  readonly what: string;
  readonly question: string;
  readonly a: string;
  readonly b: string;
}

interface Count {
  asked: number;
  shown: number;
  leaks: number;
}

/** Counts what was asked by whom at which kind of route, and keeps the leaks. */
export class Tally {
  readonly leaks: Leak[] = [];
  readonly routes: string[] = [];
  private readonly counts = new Map<string, Count>();

  /** @param isShown whether the answer was what was asked for, and no refusal */
  count(principal: string, route: string, isShown: boolean): void {
    const count = this.of(principal, route);
    count.asked++;
    if (isShown) count.shown++;
  }

  tell(route: string, leak: Leak): void {
    this.of(leak.principal, route).leaks++;
    this.leaks.push(leak);
  }

  get asked(): number {
    return [...this.counts.values()].reduce((sum, { asked }) => sum + asked, 0);
  }

  /** Principals by routes: asked, answered, refused, leaks. */
  table(): string {
    const principals = [...new Set([...this.counts.keys()].map((key) => key.split('|')[0]!))];
    const lines = principals.map((principal) => [
      principal,
      ...this.routes.map((route) => {
        const { asked, shown, leaks } = this.of(principal, route);
        return `${asked}/${shown}/${asked - shown}/${leaks}`;
      }),
    ]);
    const rows = [['asked/shown/hidden/leaks', ...this.routes], ...lines];
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n');
  }

  private of(principal: string, route: string): Count {
    if (!this.routes.includes(route)) this.routes.push(route);
    const key = `${principal}|${route}`;
    if (!this.counts.has(key)) this.counts.set(key, { asked: 0, shown: 0, leaks: 0 });
    return this.counts.get(key)!;
  }
}
