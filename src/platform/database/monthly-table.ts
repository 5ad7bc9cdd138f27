import type { Database } from './database.js';

/** A month of a table, in UTC. */
export interface Month {
  /** Name of its partition, `TABLE_2026_11`. */
  readonly table: string;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

/** Months that have their partition before their first row comes. */
const MONTHS_AHEAD = 2;
/** How long changing the partitions may wait for those who use them; they wait behind it. */
const LOCK_TIMEOUT = '2s';

/** A table with a partition for each month, and `TABLE_other` for all that has no month of its own. */
export class MonthlyTable {
  /** @param name of the table @param column its instant; both from code, never from outside */
  constructor(
    private readonly database: Database,
    private readonly name: string,
    private readonly column: string,
  ) {}

  /** The oldest first. */
  async months(): Promise<Month[]> {
    const rows = await this.database.query<{ table: string }>(
      `SELECT c.relname AS "table" FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
       WHERE i.inhparent = $1::regclass ORDER BY 1`,
      [this.name],
    );
    return rows.flatMap(({ table }) => this.monthOf(table) ?? []);
  }

  /** Gives this month and those to come their partitions, unless rows of one came before it had one. @returns the months that were there before */
  async prepare(now: Date): Promise<Month[]> {
    const there = await this.months();
    const tables = new Set(there.map(({ table }) => table));
    for (let offset = 0; offset <= MONTHS_AHEAD; offset++) {
      const month = this.monthAt(now, offset);
      if (!tables.has(month.table)) await this.create(month);
    }
    return there;
  }

  /** Does `work` in a transaction in which nobody else uses the table. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    return this.database.run(async () => {
      await this.database.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT}'`);
      await this.database.query(`LOCK TABLE ${this.name} IN ACCESS EXCLUSIVE MODE`);
      return work();
    });
  }

  private async create({ table, from, to }: Month): Promise<void> {
    await this.alone(async () => {
      const [row] = await this.database.query<{ isLate: boolean }>(
        `SELECT EXISTS (SELECT FROM ${this.name}_other WHERE ${this.column} >= $1 AND ${this.column} < $2) AS "isLate"`,
        [from, to],
      );
      if (row!.isLate) return;
      await this.database.query(
        `CREATE TABLE IF NOT EXISTS ${table} PARTITION OF ${this.name}
         FOR VALUES FROM ('${from.toISOString()}') TO ('${to.toISOString()}')`,
      );
    });
  }

  /** The month that is `offset` months from that of an instant. */
  private monthAt(instant: Date, offset = 0): Month {
    const from = new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + offset, 1));
    const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
    const [year, month] = from.toISOString().split('-');
    return { table: `${this.name}_${year}_${month}`, from, to };
  }

  /** The month that a partition holds; undefined for one that holds no single month. */
  private monthOf(table: string): Month | undefined {
    const [, year, month] = /_(\d{4})_(\d{2})$/.exec(table) ?? [];
    return year === undefined ? undefined : this.monthAt(new Date(`${year}-${month}-01T00:00:00Z`));
  }
}
