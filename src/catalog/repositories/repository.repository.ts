import { Injectable } from '@nestjs/common';
import { type FindOptionsWhere, IsNull, Not } from 'typeorm';
import { batched, Database, type PageRequest, prepared } from '../../platform/index.js';
import { type Plan, planToSql } from '../../policy/index.js';
import type { Asset } from '../assets/asset.js';
import { assetColumns, policyColumns } from '../assets/asset-columns.js';
import type { RepositoryChecks } from '../checks/checks.js';
import { RepositoryEntity } from './repository.entity.js';
import type { Repository } from './repository.js';

const COLUMNS = `r.id, r.name, r.kind, r.asset_id AS "assetId", r.default_branch AS "defaultBranch",
  r.created_by AS "createdBy", r.created_at AS "createdAt", r.checks, r.deleted_at AS "deletedAt"`;

const UUID_CHARS = 36;

/** Bytes that a repository may commit. */
export interface HeldObject {
  readonly sizeBytes: number;
  /** The source where they are, when they were imported. */
  readonly importedFrom?: string;
}

export interface WithAsset {
  readonly repository: Repository;
  readonly asset: Asset;
}

/** Columns of a repository beside those of its asset. */
interface OwnColumns extends Pick<Repository, 'name' | 'defaultBranch' | 'createdBy' | 'checks'> {
  readonly repositoryId: string;
  readonly repositoryKind: Repository['kind'];
  readonly repositoryCreatedAt: Date;
}

@Injectable()
export class RepositoryRepository {
  constructor(private readonly database: Database) {}

  async insert(
    repository: Omit<Repository, 'createdAt' | 'defaultBranch' | 'checks' | 'deletedAt'>,
  ): Promise<void> {
    await this.database.repository(RepositoryEntity).insert(repository);
  }

  /** Deleted ones are not found, here and below, unless they are asked for. */
  readonly findByName: (name: string) => Promise<Repository | undefined> = batched(async (names) => {
    const rows = await this.database.query<Repository>(
      `SELECT ${COLUMNS} FROM repository AS r WHERE r.name = ANY($1) AND r.deleted_at IS NULL`,
      [names],
    );
    return new Map(rows.map((row) => [row.name, row]));
  });

  /** A repository and its asset, in one query. */
  readonly findWithAsset: (name: string) => Promise<WithAsset | undefined> = batched(async (names) => {
    const rows = await this.database.query<Asset & OwnColumns>(
      prepared(`SELECT ${assetColumns('a')}, r.id AS "repositoryId", r.name, r.kind AS "repositoryKind",
         r.default_branch AS "defaultBranch", r.created_by AS "createdBy", r.created_at AS "repositoryCreatedAt", r.checks
       FROM repository AS r JOIN asset AS a ON a.id = r.asset_id WHERE r.name = ANY($1::text[]) AND r.deleted_at IS NULL`),
      [names],
    );
    return new Map(rows.map((row) => [row.name, withAsset(row)]));
  });

  async findById(id: string): Promise<Repository | undefined> {
    return (await this.find({ id, deletedAt: IsNull() })) ?? undefined;
  }

  async findByAsset(assetId: string): Promise<Repository | undefined> {
    return (await this.find({ assetId, deletedAt: IsNull() })) ?? undefined;
  }

  async findDeleted(name: string): Promise<Repository | undefined> {
    return (await this.find({ name, deletedAt: Not(IsNull()) })) ?? undefined;
  }

  /** @returns false when it was deleted, or there, already */
  async setDeleted(id: string, isDeleted: boolean): Promise<boolean> {
    const rows = await this.database.query(
      'UPDATE repository SET deleted_at = CASE WHEN $2 THEN now() END WHERE id = $1 AND (deleted_at IS NULL) = $2 RETURNING 1',
      [id, isDeleted],
    );
    return rows.length > 0;
  }

  async setChecks(id: string, checks: RepositoryChecks): Promise<void> {
    await this.database.query('UPDATE repository SET checks = $2 WHERE id = $1', [
      id,
      JSON.stringify(checks),
    ]);
  }

  /** By name; those whose asset the plan shows. */
  list(visible: Plan, page: PageRequest<readonly [string]>, isDeleted: boolean): Promise<Repository[]> {
    const parameters: unknown[] = [page.after?.[0] ?? '', page.limit];
    const predicate = planToSql(visible, policyColumns('a'), parameters);
    return this.database.query<Repository>(
      `SELECT ${COLUMNS}
       FROM repository AS r JOIN asset AS a ON a.id = r.asset_id
       WHERE r.name > $1 AND r.deleted_at IS ${isDeleted ? 'NOT NULL' : 'NULL'} AND ${predicate} ORDER BY r.name LIMIT $2`,
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
    await this.addByKey(JSON.stringify({ repositoryId, sha256, sizeBytes, uploadedBy }));
  }

  private readonly addByKey = batched<never>(async (keys) => {
    await this.database.query(
      prepared(`INSERT INTO repository_object (repository_id, sha256, size_bytes, uploaded_by)
       SELECT DISTINCT ON ("repositoryId", sha256) "repositoryId", sha256, "sizeBytes", "uploadedBy"
       FROM jsonb_to_recordset($1::jsonb) AS o ("repositoryId" uuid, sha256 text, "sizeBytes" bigint, "uploadedBy" text)
       ORDER BY "repositoryId", sha256 ON CONFLICT (repository_id, sha256) DO NOTHING`),
      [`[${keys.join(',')}]`],
    );
    return new Map<string, never>();
  });

  /** Like {@link addObject}, of objects that are stored already: of another repository, whose content the caller may read. */
  async addObjects(
    repositoryId: string,
    objects: readonly { readonly sha256: string; readonly sizeBytes: number }[],
    uploadedBy: string,
  ): Promise<void> {
    await this.database.query(
      `INSERT INTO repository_object (repository_id, sha256, size_bytes, uploaded_by)
       SELECT DISTINCT ON (o.sha256) $1::uuid, o.sha256, o.bytes, $4 FROM unnest($2::text[], $3::bigint[]) AS o (sha256, bytes)
       ORDER BY o.sha256 ON CONFLICT (repository_id, sha256) DO NOTHING`,
      [
        repositoryId,
        objects.map(({ sha256 }) => sha256),
        objects.map(({ sizeBytes }) => sizeBytes),
        uploadedBy,
      ],
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

  /** Like {@link objectSizes}, with the source of those that were imported. */
  async heldObjects(repositoryId: string, digests: readonly string[]): Promise<Map<string, HeldObject>> {
    const found = await Promise.all(
      digests.map(async (sha256) => ({ sha256, held: await this.heldByKey(`${repositoryId} ${sha256}`) })),
    );
    return new Map(
      found.flatMap(({ sha256, held }): [string, HeldObject][] =>
        held === undefined ? [] : [[sha256, held]],
      ),
    );
  }

  private readonly heldByKey = batched<HeldObject>(async (keys) => {
    const rows = await this.database.query<{ key: string; sizeBytes: number; source: string | null }>(
      prepared(`SELECT o.repository_id || ' ' || o.sha256 AS key, o.size_bytes::float8 AS "sizeBytes", i.source
       FROM repository_object AS o LEFT JOIN imported_object AS i ON i.sha256 = o.sha256
       WHERE (o.repository_id, o.sha256) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))`),
      [keys.map((key) => key.slice(0, UUID_CHARS)), keys.map((key) => key.slice(UUID_CHARS + 1))],
    );
    return new Map(
      rows.map(({ key, sizeBytes, source }) => [key, { sizeBytes, importedFrom: source ?? undefined }]),
    );
  });

  private find(where: FindOptionsWhere<RepositoryEntity>): Promise<Repository | null> {
    return this.database.repository(RepositoryEntity).findOneBy(where);
  }
}

function withAsset(row: Asset & OwnColumns): WithAsset {
  const {
    repositoryId,
    repositoryKind,
    repositoryCreatedAt,
    name,
    defaultBranch,
    createdBy,
    checks,
    ...asset
  } = row;
  const own = { id: repositoryId, kind: repositoryKind, createdAt: repositoryCreatedAt, deletedAt: null };
  return { repository: { ...own, name, assetId: asset.id, defaultBranch, createdBy, checks }, asset };
}
