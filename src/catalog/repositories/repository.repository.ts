import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import { policyColumns } from '../assets/asset.repository.js';
import { RepositoryEntity } from './repository.entity.js';
import type { Repository } from './repository.js';

@Injectable()
export class RepositoryRepository {
  constructor(private readonly database: Database) {}

  async insert(repository: Omit<Repository, 'createdAt' | 'defaultBranch'>): Promise<void> {
    await this.database.repository(RepositoryEntity).insert(repository);
  }

  async findByName(name: string): Promise<Repository | undefined> {
    return (await this.database.repository(RepositoryEntity).findOneBy({ name })) ?? undefined;
  }

  async findByAsset(assetId: string): Promise<Repository | undefined> {
    return (await this.database.repository(RepositoryEntity).findOneBy({ assetId })) ?? undefined;
  }

  /** By name; those whose asset the plan shows. */
  list(visible: Plan, page: PageRequest<readonly [string]>): Promise<Repository[]> {
    const parameters: unknown[] = [page.after?.[0] ?? '', page.limit];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    return this.database.query<Repository>(
      `SELECT r.id, r.name, r.kind, r.asset_id AS "assetId", r.default_branch AS "defaultBranch",
              r.created_by AS "createdBy", r.created_at AS "createdAt"
       FROM repository AS r JOIN asset AS a ON a.id = r.asset_id
       WHERE r.name > $1 AND ${predicate} ORDER BY r.name LIMIT $2`,
      parameters,
    );
  }

  /** Notes that the bytes of an object were handed to this repository; only such objects may be committed to it. */
  async addObject(
    repositoryId: string,
    sha256: string,
    sizeBytes: number,
    uploadedBy: string,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO repository_object (repository_id, sha256, size_bytes, uploaded_by) VALUES ($1, $2, $3, $4)
       ON CONFLICT (repository_id, sha256) DO NOTHING`,
      [repositoryId, sha256, sizeBytes, uploadedBy],
    );
  }

  /** Sizes in bytes of those of `digests` that the repository holds. */
  async objectSizes(repositoryId: string, digests: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.database.query<{ sha256: string; sizeBytes: string }>(
      `SELECT sha256, size_bytes AS "sizeBytes" FROM repository_object WHERE repository_id = $1 AND sha256 = ANY($2)`,
      [repositoryId, digests],
    );
    return new Map(rows.map((row) => [row.sha256, Number(row.sizeBytes)]));
  }
}
