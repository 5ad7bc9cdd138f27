import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { DomainError } from '../errors/domain-error.js';
import { leaseHeld } from '../metrics/metrics.js';

/** A write came from a holder whose lease has passed to another. */
export class LeaseLostError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly lease: string,
    readonly epoch: string,
  ) {
    super(`Lease "${lease}" of epoch ${epoch} is held by another process now; its work goes on there.`, {
      lease,
      epoch,
    });
  }
}

/** The right to act on a thing until it expires. `epoch` grows with each change of holder. */
export interface Lease {
  readonly name: string;
  readonly epoch: string;
}

/** Leases with epochs: at most one holder at a time, and a late write of an earlier holder is told from the present one's. */
@Injectable()
export class Leases {
  /** This process. */
  private readonly holder = randomUUID();

  constructor(private readonly database: Database) {}

  /**
   * Takes or renews a lease for this process.
   * @param ttlMs how long it lasts from now, 1,000–600,000
   * @returns undefined while another process holds it
   */
  async acquire(name: string, ttlMs: number): Promise<Lease | undefined> {
    const [row] = await this.database.query<{ epoch: string }>(
      `INSERT INTO lease AS l (name, holder, epoch, expires_at) VALUES ($1, $2, 1, now() + $3 * interval '1 millisecond')
       ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at,
         epoch = CASE WHEN l.holder = excluded.holder THEN l.epoch ELSE l.epoch + 1 END
       WHERE l.holder = excluded.holder OR l.expires_at < now()
       RETURNING epoch`,
      [name, this.holder, ttlMs],
    );
    leaseHeld.set({ lease: name }, row ? 1 : 0);
    return row && { name, epoch: row.epoch };
  }

  /** Gives a lease back early, so that another need not wait. */
  async release(name: string): Promise<void> {
    await this.database.query("UPDATE lease SET expires_at = '-infinity' WHERE name = $1 AND holder = $2", [
      name,
      this.holder,
    ]);
    leaseHeld.set({ lease: name }, 0);
  }

  /**
   * Locks the lease row for the transaction under way, so that no other holder can take over before it commits.
   * @throws {LeaseLostError}
   */
  async assertHeld(lease: Lease): Promise<void> {
    const rows = await this.database.query('SELECT 1 FROM lease WHERE name = $1 AND epoch = $2 FOR SHARE', [
      lease.name,
      lease.epoch,
    ]);
    if (rows.length === 0) throw new LeaseLostError(lease.name, lease.epoch);
  }
}
