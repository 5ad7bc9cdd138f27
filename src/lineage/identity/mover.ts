import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import { StatementRepository } from '../projection/statement.repository.js';
import { CUT_BY_DROPS } from '../projection/upserts.js';
import { movedNames, resolutionDuration } from '../metrics.js';
import { IdentityRepository, ITSELF, type NewAlias } from './identity.repository.js';

/** Edges of assets that lose a name are as if nothing had been said; what is said of those that remain is told again. */
const UNTELL_EDGES = `
  UPDATE lineage_edge SET valid = '{}', first_seen_at = 'infinity', last_seen_at = '-infinity', changed_by = pg_current_xact_id()
  WHERE source_id = ANY($1::uuid[]) OR target_id = ANY($1::uuid[])`;

/** Tells the edges of names again, of the assets that they stand for now. */
const TELL_EDGES = `
  WITH told AS (
    SELECT d.direction, coalesce(j.asset_id, d.job_id) AS job_id, coalesce(a.asset_id, d.asset_id) AS asset_id,
      min(d.first_at) AS first_at, max(d.last_at) AS last_at
    FROM (
      SELECT run_id, job_id, asset_id, direction, first_at, last_at FROM lineage_run_dataset WHERE asset_id = ANY($1::uuid[])
      UNION SELECT run_id, job_id, asset_id, direction, first_at, last_at FROM lineage_run_dataset WHERE job_id = ANY($1::uuid[])
    ) AS d
    LEFT JOIN lineage_alias AS j ON j.raw_id = d.job_id LEFT JOIN lineage_alias AS a ON a.raw_id = d.asset_id
    WHERE d.first_at IS NOT NULL GROUP BY 1, 2, 3
  )
  INSERT INTO lineage_edge AS e (source_id, target_id, first_seen_at, last_seen_at, valid)
  SELECT CASE direction WHEN 'input' THEN asset_id ELSE job_id END, CASE direction WHEN 'input' THEN job_id ELSE asset_id END,
    first_at, last_at, tstzmultirange(tstzrange(first_at, NULL)) FROM told ORDER BY 1, 2
  ON CONFLICT (source_id, target_id) DO UPDATE SET
    first_seen_at = least(e.first_seen_at, excluded.first_seen_at), last_seen_at = greatest(e.last_seen_at, excluded.last_seen_at),
    valid = e.valid + excluded.valid, changed_by = excluded.changed_by
  RETURNING CASE WHEN source_id IN (SELECT asset_id FROM told) THEN source_id ELSE target_id END AS "datasetId"`;

/**
 * Carries what is said under names over to the assets that they come to stand for. What events said is kept by name, so that it can be
 * carried back.
 */
@Injectable()
export class Mover {
  constructor(
    private readonly database: Database,
    private readonly repository: IdentityRepository,
    private readonly statements: StatementRepository,
  ) {}

  /**
   * In the transaction under way, while no other writes.
   * @param changes by the id of the name; a name that stands for itself is an alias no more
   */
  async move(changes: ReadonlyMap<string, NewAlias>): Promise<void> {
    if (changes.size === 0) return;
    const stop = resolutionDuration.startTimer();
    const rawIds = [...changes.keys()];
    const losing = await this.losing(rawIds);
    const retold = await this.namesOf([...losing]);
    const scopes = await this.statements.scopesOf([...retold], [...losing]);
    await this.repository.setAliases([...changes.values()]);
    const own = [...changes.values()].filter(
      ({ rawId, assetId, reason }) => rawId === assetId && reason !== ITSELF,
    );
    await this.repository.removeAliases(own.map(({ rawId }) => rawId));
    await this.database.query(UNTELL_EDGES, [[...losing]]);
    // A name that was only dropped has no edges to tell again: those that its asset has are cut all the same.
    const dropped = await this.database.query<{ datasetId: string }>(
      `UPDATE lineage_drop AS d SET of_asset_id = coalesce((SELECT asset_id FROM lineage_alias WHERE raw_id = d.asset_id), d.asset_id)
       WHERE d.asset_id = ANY($1) RETURNING of_asset_id AS "datasetId"`,
      [rawIds],
    );
    const edges = await this.database.query<{ datasetId: string }>(TELL_EDGES, [[...retold]]);
    await this.database.query(CUT_BY_DROPS, [
      [...new Set([...dropped, ...edges].map(({ datasetId }) => datasetId))],
    ]);
    await this.database.query(
      `UPDATE lineage_run AS r SET of_job_id = coalesce((SELECT asset_id FROM lineage_alias WHERE raw_id = r.job_id), r.job_id)
       WHERE r.job_id = ANY($1)`,
      [rawIds],
    );
    await this.statements.retell([...retold], scopes);
    await this.repository.raiseVersion();
    movedNames.inc(changes.size);
    stop();
  }

  /** Assets that lose a name. */
  private async losing(rawIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.repository.aliases(rawIds);
    const before = new Map(rows.map(({ rawId, assetId }) => [rawId, assetId]));
    return new Set(rawIds.map((id) => before.get(id) ?? id));
  }

  /** Every name of some assets, their own among them. */
  private async namesOf(assetIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.repository.members(assetIds, 2 ** 31 - 1);
    return new Set([...assetIds, ...rows.map(({ rawId }) => rawId)]);
  }
}
