import { Injectable } from '@nestjs/common';
import { ContentService, type OpenRepository, type TreeEntry } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { Database, NotFoundError } from '../../platform/index.js';

/** Trainings that are looked at, the newest first. */
const MAX_RUNS = 200;

/** Finds which training a model file came from. */
@Injectable()
export class Provenance {
  constructor(
    private readonly database: Database,
    private readonly content: ContentService,
  ) {}

  /**
   * The training run whose commit brought these bytes to this path: the one that made the commit itself, otherwise the last one
   * of this repository that left the same bytes there, so that a merge, a tag or a later commit of something else hides nothing.
   * @returns null for a model that was not trained here
   */
  async trainingRunOf(
    caller: Principal,
    { repository, asset }: OpenRepository,
    commitId: string,
    path: string,
    { sha256 }: TreeEntry,
  ): Promise<string | null> {
    const runs = await this.database.query<{ id: string; commitId: string }>(
      `SELECT id, output_commit_id AS "commitId" FROM training_run WHERE output_asset_id = $1 AND output_commit_id IS NOT NULL
       ORDER BY (output_commit_id = $2) DESC, id DESC LIMIT $3`,
      [asset.id, commitId, MAX_RUNS],
    );
    for (const run of runs) {
      if (run.commitId === commitId) return run.id;
      const found = await this.digestAt(caller, repository.name, run.commitId, path);
      if (found === sha256) return run.id;
    }
    return null;
  }

  private async digestAt(
    caller: Principal,
    name: string,
    commitId: string,
    path: string,
  ): Promise<string | undefined> {
    try {
      return (await this.content.entry(caller, name, commitId, path)).entry.sha256;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }
}
