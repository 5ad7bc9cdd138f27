import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';

/** An event of the log as it is exported. */
export interface ExportedEvent {
  readonly seq: string;
  /** The body as JSON; null for an event that was not asked for. */
  readonly text: string | null;
  readonly assetIds: readonly string[];
  /** Whether it could be read: else what it names is not in the catalog. */
  readonly isProjected: boolean;
}

/** The log, a page at a time. */
@Injectable()
export class EventExportRepository {
  constructor(private readonly database: Database) {}

  /** The `seq` of the event that is `count` events after another, or of the last before `upTo`; `after` itself when there is none. */
  async positionAfter(after: string, upTo: string, count: number): Promise<string> {
    const [row] = await this.database.query<{ seq: string }>(
      `SELECT coalesce(max(seq), $1::bigint) AS seq
       FROM (SELECT seq FROM lineage_event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $3) AS page`,
      [after, upTo, count],
    );
    return row!.seq;
  }

  /**
   * Events in the order of their arrival.
   * @param after exclusive @param upTo inclusive
   * @param naming only those that name any of these assets
   * @param maxBytes of their bodies together; one event is given however large it is
   */
  read(
    after: string,
    upTo: string,
    naming: readonly string[] | undefined,
    limit: number,
    maxBytes: number,
  ): Promise<ExportedEvent[]> {
    return this.database.query(
      `WITH page AS (
         SELECT seq, asset_ids, body, projection_error, $3::uuid[] IS NULL OR asset_ids && $3::uuid[] AS is_asked
         FROM lineage_event WHERE seq > $1 AND seq <= $2 ORDER BY seq LIMIT $4
       ), sized AS (
         SELECT *, sum(CASE WHEN is_asked THEN octet_length(body::text) ELSE 0 END) OVER (ORDER BY seq) AS bytes,
           row_number() OVER (ORDER BY seq) AS place FROM page
       )
       SELECT seq, CASE WHEN is_asked THEN body::text END AS text, asset_ids AS "assetIds", projection_error IS NULL AS "isProjected"
       FROM sized WHERE bytes <= $5 OR place = 1 ORDER BY seq`,
      [after, upTo, naming ?? null, limit, maxBytes],
    );
  }
}
