/** A month of the log, in UTC. */
export interface Month {
  /** Name of its partition, `lineage_event_2026_11`. */
  readonly table: string;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

const PARTITION = /^lineage_event_(\d{4})_(\d{2})$/;

/** The month that is `offset` months from that of an instant. */
export function monthAt(instant: Date, offset = 0): Month {
  const from = new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + offset, 1));
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  const [year, month] = from.toISOString().split('-');
  return { table: `lineage_event_${year}_${month}`, from, to };
}

/** The month that a partition holds; undefined for one that holds no single month. */
export function monthOfTable(table: string): Month | undefined {
  const [, year, month] = PARTITION.exec(table) ?? [];
  return year === undefined ? undefined : monthAt(new Date(`${year}-${month}-01T00:00:00Z`));
}
