import { Injectable } from '@nestjs/common';
import { Database, jsonText } from '../../platform/index.js';
import type { Claim, ClaimState } from './claim.js';
import { WHOLE_ASSET } from './claim.js';

/** What a scanner found in a column, or in the asset as a whole. */
export interface Finding {
  readonly column: string;
  readonly tag: string;
  /** The scanner's name. */
  readonly scanner: string;
  /** 0–1. */
  readonly confidence: number;
  /** What it rests on, in counts: no value of the content. */
  readonly reason: string;
}

/** Which of an asset's claims are decided about. */
export interface ClaimChoice {
  readonly column: string;
  readonly tag: string;
}

const CLAIM = `c.asset_id AS "assetId", c.column_name AS "column", c.tag, c.origin, c.source, c.confidence::text::float8 AS confidence, c.state,
  c.is_effective AS "isEffective", c.author, c.reason, c.since`;
/** Rows `c` of an asset $1 and of all its names. */
const OF_ASSET = '(c.asset_id = $1 OR c.asset_id IN (SELECT id FROM asset WHERE alias_of = $1))';

/** SQL of who says which classifications. Callers settle the asset's effective ones in the same transaction. */
@Injectable()
export class ClaimRepository {
  constructor(private readonly database: Database) {}

  /** Of an asset and all its names, but flows: in the order of (column, tag, origin, source). */
  list(assetId: string): Promise<Claim[]> {
    return this.database.query(
      `SELECT DISTINCT ON (c.column_name, c.tag, c.origin, c.source) ${CLAIM} FROM classification AS c WHERE ${OF_ASSET}
       ORDER BY c.column_name, c.tag, c.origin, c.source, c.is_effective DESC, c.since`,
      [assetId],
    );
  }

  /** @returns whether any of them was not said yet */
  async add(
    assetId: string,
    claims: readonly ClaimChoice[],
    author: string,
    reason: string,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO classification (asset_id, column_name, tag, origin, source, confidence, state, is_effective, author, reason)
       SELECT $1, c."column", c.tag, 'hand', '', 1, 'confirmed', true, $3, $4 FROM jsonb_to_recordset($2::jsonb) AS c ("column" text, tag text)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [assetId, JSON.stringify(claims), author, reason],
    );
    return rows.length > 0;
  }

  /** Takes back what was said by hand. @returns whether anything was */
  async remove(assetId: string, claims: readonly ClaimChoice[]): Promise<boolean> {
    const rows = await this.database.query(
      `DELETE FROM classification AS c USING jsonb_to_recordset($2::jsonb) AS r ("column" text, tag text)
       WHERE ${OF_ASSET} AND c.origin = 'hand' AND c.column_name = r."column" AND c.tag = r.tag RETURNING 1`,
      [assetId, JSON.stringify(claims)],
    );
    return rows.length > 0;
  }

  /** Takes back what was said by hand of the asset as a whole, but these. */
  async keep(assetId: string, tags: readonly string[]): Promise<void> {
    await this.database.query(
      `DELETE FROM classification AS c WHERE ${OF_ASSET} AND c.origin = 'hand' AND c.column_name = $2 AND c.tag <> ALL($3::text[])`,
      [assetId, WHOLE_ASSET, tags],
    );
  }

  /** Decides about what scanners said. @param threshold from which confidence on what is undecided counts @returns how many there were */
  async decide(
    assetId: string,
    { column, tag }: ClaimChoice,
    state: ClaimState,
    threshold: number,
    author: string,
    reason: string,
  ): Promise<number> {
    const rows = await this.database.query(
      `UPDATE classification AS c SET state = $4, author = $6, reason = $7, since = now(),
         is_effective = $4 = 'confirmed' OR ($4 = 'suggested' AND c.confidence >= $5::real)
       WHERE ${OF_ASSET} AND c.column_name = $2 AND c.tag = $3 AND c.origin = 'scanner' RETURNING 1`,
      [assetId, column, tag, state, threshold, author, reason],
    );
    return rows.length;
  }

  /**
   * Takes what scanners found. What people decided stays decided.
   * @param isWhole whether all of the content was looked at: what is undecided and was not found again is taken back
   */
  async found(
    assetId: string,
    findings: readonly Finding[],
    threshold: number,
    isWhole: boolean,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO classification AS c (asset_id, column_name, tag, origin, source, confidence, state, is_effective, author, reason)
       SELECT $1, f."column", f.tag, 'scanner', f.scanner, f.confidence, 'suggested', f.confidence >= $3::real, 'system:scanner', f.reason
       FROM jsonb_to_recordset($2::jsonb) AS f ("column" text, tag text, scanner text, confidence real, reason text)
       ON CONFLICT (asset_id, column_name, tag, origin, source) DO UPDATE SET confidence = excluded.confidence,
         reason = CASE WHEN c.state = 'suggested' THEN excluded.reason ELSE c.reason END,
         is_effective = CASE WHEN c.state = 'suggested' THEN excluded.is_effective ELSE c.is_effective END
       WHERE (c.confidence, c.reason) IS DISTINCT FROM (excluded.confidence, excluded.reason) AND ($4 OR excluded.confidence > c.confidence)`,
      [assetId, jsonText(findings), threshold, isWhole],
    );
    if (!isWhole) return;
    await this.database.query(
      `DELETE FROM classification AS c WHERE c.asset_id = $1 AND c.origin = 'scanner' AND c.state = 'suggested' AND NOT EXISTS (
         SELECT FROM jsonb_to_recordset($2::jsonb) AS f ("column" text, tag text, scanner text)
         WHERE f."column" = c.column_name AND f.tag = c.tag AND f.scanner = c.source)`,
      [assetId, jsonText(findings)],
    );
  }

  /** Makes what scanners said count, or not, by a threshold that may be another than before. @returns ids of assets of which that changed something */
  async applyThreshold(threshold: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH changed AS (
         UPDATE classification SET is_effective = NOT is_effective
         WHERE origin = 'scanner' AND state = 'suggested' AND is_effective <> (confidence >= $1::real) RETURNING asset_id
       ) SELECT DISTINCT asset_id AS id FROM changed`,
      [threshold],
    );
    return rows.map(({ id }) => id);
  }
}
