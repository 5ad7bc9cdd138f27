import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';

/** A served model version that descends from an asset. */
export interface ServedFrom {
  readonly endpoint: string;
  readonly modelAssetId: string;
  readonly modelCommitId: string;
  /** The training that made the model; null for one that was not trained here. */
  readonly trainingRunId: string | null;
  /** Of the asset that was asked about; null when it is the model itself. */
  readonly dataCommitId: string | null;
}

/** Trainings that one served model is followed back through; chains of fine-tuning are far shorter. */
const MAX_ROWS = 1_000;

/** Finds what serves from the served models back through their trainings: there are few of them, whatever the past holds. */
@Injectable()
export class ServedByRepository {
  constructor(private readonly database: Database) {}

  /**
   * Endpoints that answer now with a model that is `assetId`, or that was trained on it: directly, or by a chain of trainings in
   * which each read what the one before wrote. By endpoint and data commit, at most 1,000.
   */
  find(assetId: string): Promise<ServedFrom[]> {
    // Rows are (endpoint, training), so UNION ends the walk: a training that was reached is not followed again.
    return this.database.query<ServedFrom>(
      `WITH RECURSIVE served AS (
         SELECT r.endpoint, r.model_asset_id, r.commit_id, r.training_run_id
         FROM endpoint AS e JOIN endpoint_revision AS r ON r.endpoint = e.name AND r.number = e.served_revision
         WHERE e.desired = 'serving' AND e.observed = 'ready'
       ), back (endpoint, run_id) AS (
         SELECT endpoint, training_run_id FROM served WHERE training_run_id IS NOT NULL
         UNION
         SELECT b.endpoint, earlier.id FROM back AS b JOIN training_run_input AS i ON i.run_id = b.run_id
         JOIN training_run AS earlier ON earlier.output_asset_id = i.asset_id AND earlier.output_commit_id = i.commit_id
       )
       SELECT s.endpoint, s.model_asset_id AS "modelAssetId", s.commit_id AS "modelCommitId",
         s.training_run_id AS "trainingRunId", d.commit_id AS "dataCommitId"
       FROM served AS s
       JOIN (SELECT DISTINCT b.endpoint, i.commit_id FROM back AS b JOIN training_run_input AS i ON i.run_id = b.run_id
             WHERE i.asset_id = $1
             UNION ALL SELECT endpoint, NULL FROM served WHERE model_asset_id = $1) AS d ON d.endpoint = s.endpoint
       ORDER BY s.endpoint, d.commit_id NULLS FIRST LIMIT $2`,
      [assetId, MAX_ROWS],
    );
  }
}
