import { Injectable } from '@nestjs/common';
import { Database, prepared } from '../../platform/index.js';
import type { NamedAsset } from '../projection/identity.js';
import type { SameFact } from './components.js';

/** Which rules are in force: changes with them, and with each name that comes to stand for another asset than before. */
export interface IdentityState {
  readonly version: string;
  /** A hash of the rules that came with the version of Cairn by which names were resolved last. */
  readonly builtinRules: string;
}

/** A name, the asset that it stands for, and why. */
export interface NewAlias {
  readonly rawId: string;
  readonly assetId: string;
  readonly reason: string;
}

/** Why a job that would be named by its statement stands for itself: kept, so that it is known to be there. */
export const ITSELF = 'itself';

/** What a job runs, as its `sql` facet said last. */
export interface JobStatement {
  readonly jobId: string;
  readonly query: string;
  readonly claim: string;
}

const NAMED = `a.id, a.space, a.kind, a.identity_namespace AS "identityNamespace", a.identity_name AS "identityName"`;

/** Edits by hand of names follow what these come to stand for: `named` has both. */
const MOVE_EDITS = `
  UPDATE lineage_edit AS d SET changed_by = pg_current_xact_id(),
    of_source_id = coalesce((SELECT n.asset_id FROM named AS n WHERE n.raw_id = d.source_id), d.of_source_id),
    of_target_id = coalesce((SELECT n.asset_id FROM named AS n WHERE n.raw_id = d.target_id), d.of_target_id)
  WHERE d.source_id IN (SELECT raw_id FROM named) OR d.target_id IN (SELECT raw_id FROM named)`;

/** SQL of names that stand for assets: which do, and why. */
@Injectable()
export class IdentityRepository {
  constructor(private readonly database: Database) {}

  async state(): Promise<IdentityState> {
    const [row] = await this.database.query<IdentityState>(
      prepared('SELECT identity_version AS version, builtin_rules AS "builtinRules" FROM lineage_graph'),
    );
    return row!;
  }

  /** In the transaction under way. */
  async raiseVersion(builtinRules: string | null = null): Promise<void> {
    await this.database.query(
      'UPDATE lineage_graph SET identity_version = identity_version + 1, builtin_rules = coalesce($1, builtin_rules)',
      [builtinRules],
    );
  }

  aliases(rawIds: readonly string[]): Promise<NewAlias[]> {
    return this.database.query(
      'SELECT raw_id AS "rawId", asset_id AS "assetId", reason FROM lineage_alias WHERE raw_id = ANY($1)',
      [rawIds],
    );
  }

  /** Names of assets, those of the latest first. */
  members(assetIds: readonly string[], limit: number): Promise<NewAlias[]> {
    return this.database.query(
      `SELECT raw_id AS "rawId", asset_id AS "assetId", reason FROM lineage_alias
       WHERE asset_id = ANY($1) AND raw_id <> asset_id ORDER BY seq DESC LIMIT $2`,
      [assetIds, limit],
    );
  }

  /** @returns ids of those that had none */
  async insertAliases(rows: readonly NewAlias[]): Promise<Set<string>> {
    if (rows.length === 0) return new Set();
    const inserted = await this.database.query<{ id: string }>(
      `WITH named AS (
         INSERT INTO lineage_alias (raw_id, asset_id, reason)
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("rawId" uuid, "assetId" uuid, reason text) ORDER BY 1
         ON CONFLICT (raw_id) DO NOTHING RETURNING raw_id, asset_id
       ), edits AS (${MOVE_EDITS}) SELECT raw_id AS id FROM named`,
      [JSON.stringify(rows)],
    );
    return new Set(inserted.map(({ id }) => id));
  }

  async setAliases(rows: readonly NewAlias[]): Promise<void> {
    if (rows.length === 0) return;
    await this.database.query(
      `WITH named AS (
         INSERT INTO lineage_alias AS a (raw_id, asset_id, reason)
         SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("rawId" uuid, "assetId" uuid, reason text) ORDER BY 1
         ON CONFLICT (raw_id) DO UPDATE SET asset_id = excluded.asset_id, reason = excluded.reason RETURNING raw_id, asset_id
       ) ${MOVE_EDITS}`,
      [JSON.stringify(rows)],
    );
  }

  async removeAliases(rawIds: readonly string[]): Promise<void> {
    await this.database.query(
      `WITH named AS (DELETE FROM lineage_alias WHERE raw_id = ANY($1) RETURNING raw_id, raw_id AS asset_id) ${MOVE_EDITS}`,
      [rawIds],
    );
  }

  /** All aliases, by raw id. */
  allAliases(): Promise<NewAlias[]> {
    return this.database.query('SELECT raw_id AS "rawId", asset_id AS "assetId", reason FROM lineage_alias');
  }

  /** Assets of the catalog as they are named. */
  named(ids: readonly string[]): Promise<NamedAsset[]> {
    return this.database.query(`SELECT ${NAMED} FROM asset AS a WHERE a.id = ANY($1)`, [ids]);
  }

  allNamed(): Promise<NamedAsset[]> {
    return this.database.query(`SELECT ${NAMED} FROM asset AS a`);
  }

  statements(jobIds: readonly string[]): Promise<JobStatement[]> {
    return this.database.query(
      `SELECT f.holder_id AS "jobId", v.value->>'query' AS query, f.claim
       FROM lineage_facet AS f JOIN lineage_facet_value AS v ON v.id = f.value_id
       WHERE f.holder_id = ANY($1) AND f.holder = 'asset' AND f.name = 'sql' AND jsonb_typeof(v.value->'query') = 'string'`,
      [jobIds],
    );
  }

  /** Those that are stored with the same ends. */
  storedSames(facts: readonly SameFact[]): Promise<SameFact[]> {
    return this.database.query(
      `SELECT s.from_id AS "fromId", s.to_id AS "toId", s.kind, s.claim FROM lineage_same AS s
       JOIN jsonb_to_recordset($1::jsonb) AS r ("fromId" uuid, "toId" uuid, kind text)
         ON s.from_id = r."fromId" AND s.to_id = r."toId" AND s.kind = r.kind`,
      [JSON.stringify(facts)],
    );
  }

  /** What was said last of each pair stays. */
  async addSames(facts: readonly SameFact[]): Promise<void> {
    await this.database.query(
      `INSERT INTO lineage_same AS s (from_id, to_id, kind, claim)
       SELECT * FROM jsonb_to_recordset($1::jsonb) AS r ("fromId" uuid, "toId" uuid, kind text, claim text) ORDER BY 1, 2, 3
       ON CONFLICT (from_id, to_id, kind) DO UPDATE SET claim = greatest(s.claim, excluded.claim)`,
      [JSON.stringify(facts)],
    );
  }

  samesOf(ids: readonly string[]): Promise<SameFact[]> {
    return this.database.query(
      `SELECT from_id AS "fromId", to_id AS "toId", kind, claim FROM lineage_same WHERE from_id = ANY($1) OR to_id = ANY($1)`,
      [ids],
    );
  }

  allSames(): Promise<SameFact[]> {
    return this.database.query('SELECT from_id AS "fromId", to_id AS "toId", kind, claim FROM lineage_same');
  }
}
