/** A month of the audit log, in UTC. */
export interface AuditMonth {
  /** Name of its partition, `audit_record_2026_11`. */
  readonly table: string;
  readonly from: Date;
  /** Exclusive. */
  readonly to: Date;
}

const PARTITION = /^audit_record_(\d{4})_(\d{2})$/;

/** The month that is `offset` months from that of an instant. */
export function auditMonthAt(instant: Date, offset = 0): AuditMonth {
  const from = new Date(Date.UTC(instant.getUTCFullYear(), instant.getUTCMonth() + offset, 1));
  const to = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + 1, 1));
  const [year, month] = from.toISOString().split('-');
  return { table: `audit_record_${year}_${month}`, from, to };
}

/** The month that a partition holds; undefined for one that holds no single month. */
export function auditMonthOf(table: string): AuditMonth | undefined {
  const [, year, month] = PARTITION.exec(table) ?? [];
  return year === undefined ? undefined : auditMonthAt(new Date(`${year}-${month}-01T00:00:00Z`));
}
