import { Inject, Injectable } from '@nestjs/common';
import { batched, CONFIG, type Config, Database, DomainError, prepared } from '../../platform/index.js';
import type { StoredObject } from '../object-store.js';
import type { Sha256 } from '../sha256.js';

/** The bytes are being removed as garbage at this moment. */
export class ObjectBusyError extends DomainError {
  readonly kind = 'unavailable';
  constructor(readonly sha256: string) {
    super(`${sha256} is being removed as garbage just now. Try again in a minute.`, { sha256 });
  }
}

const WAIT_MS = 30_000;
const LOOK_MS = 200;
const HOUR_S = 3600;

/**
 * The ledger of stored objects: which there are, and when somebody last relied on each. Garbage collection removes nothing that is
 * newer here than its grace period, so whoever stores bytes, or refers to bytes that are stored, says so here first.
 */
@Injectable()
export class Ledger {
  /** Rows that are younger need not be written again. Far below the grace period, however short that is. */
  private readonly freshSeconds: number;

  constructor(
    private readonly database: Database,
    @Inject(CONFIG) { CAIRN_GC_GRACE_HOURS }: Config,
  ) {
    this.freshSeconds = Math.min(HOUR_S, (CAIRN_GC_GRACE_HOURS * HOUR_S) / 4);
  }

  /**
   * Announces bytes that are about to get their name. Waits while the same bytes are being removed.
   * @throws {ObjectBusyError} they still are after 30 s
   */
  async claim(object: StoredObject): Promise<void> {
    for (let waitedMs = 0; ; waitedMs += LOOK_MS) {
      if ((await this.touch([object])).has(object.sha256)) return;
      if (waitedMs >= WAIT_MS) throw new ObjectBusyError(object.sha256);
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /**
   * Says of stored objects that somebody is about to refer to them; what was condemned is not any more.
   * @returns those that may be referred to; the others are being removed
   */
  async touch(objects: readonly StoredObject[]): Promise<Set<Sha256>> {
    const touched = await Promise.all(
      objects.map(async ({ sha256, sizeBytes }) =>
        (await this.touchByKey(`${sha256} ${sizeBytes}`)) ? sha256 : undefined,
      ),
    );
    return new Set(touched.flatMap((sha256) => sha256 ?? []));
  }

  private readonly touchByKey = batched<true>(async (keys) => {
    const objects = keys.map((key) => key.split(' '));
    const rows = await this.database.query<{ sha256: Sha256 }>(
      prepared(`WITH named AS (SELECT DISTINCT ON (sha256) * FROM unnest($1::text[], $2::bigint[]) AS n (sha256, size_bytes) ORDER BY sha256),
       fresh AS (
         SELECT o.sha256 FROM stored_object AS o JOIN named USING (sha256)
         WHERE o.removing_at IS NULL AND o.condemned_at IS NULL AND o.touched_at > now() - $3 * interval '1 second'
       ), written AS (
         INSERT INTO stored_object (sha256, size_bytes)
         SELECT sha256, size_bytes FROM named WHERE sha256 NOT IN (SELECT sha256 FROM fresh) ORDER BY sha256
         ON CONFLICT (sha256) DO UPDATE SET touched_at = now(), condemned_at = NULL, condemned_by = NULL
         WHERE stored_object.removing_at IS NULL RETURNING sha256
       ) SELECT sha256 FROM fresh UNION ALL SELECT sha256 FROM written`),
      [objects.map(([sha256]) => sha256), objects.map(([, sizeBytes]) => sizeBytes), this.freshSeconds],
    );
    const touched = new Set(rows.map(({ sha256 }) => sha256));
    return new Map(keys.flatMap((key, i) => (touched.has(objects[i]![0] as Sha256) ? [[key, true]] : [])));
  });
}
