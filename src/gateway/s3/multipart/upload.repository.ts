import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/index.js';
import type { Sha256, StoredObject } from '../../../storage/index.js';

/** An upload in parts that has begun. */
export interface MultipartUpload {
  readonly id: string;
  readonly branch: string;
  readonly path: string;
  readonly contentType: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  /** Which checksum its parts have. */
  readonly checksum: string | null;
  readonly initiatedAt: Date;
  /** What it became. */
  readonly result: StoredObject | null;
}

/** A part, which is an object of its own until the upload is completed. */
export interface UploadedPart {
  readonly number: number;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly checksum: string | null;
  readonly uploadedAt: Date;
}

const COLUMNS = `id, branch, path, content_type AS "contentType", metadata, checksum, initiated_at AS "initiatedAt", result`;
const CLAIM_SECONDS = 60;

@Injectable()
export class UploadRepository {
  constructor(private readonly database: Database) {}

  async insert(
    repositoryId: string,
    upload: Pick<MultipartUpload, 'branch' | 'path' | 'contentType' | 'metadata' | 'checksum'>,
    initiatedBy: string,
  ): Promise<string> {
    const id = randomUUID();
    const { branch, path, contentType, metadata, checksum } = upload;
    await this.database.query(
      `INSERT INTO multipart_upload (id, repository_id, branch, path, content_type, metadata, checksum, initiated_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [id, repositoryId, branch, path, contentType, metadata, checksum, initiatedBy],
    );
    return id;
  }

  async find(repositoryId: string, id: string): Promise<MultipartUpload | undefined> {
    const [upload] = await this.database.query<MultipartUpload>(
      `SELECT ${COLUMNS} FROM multipart_upload WHERE repository_id = $1 AND id = $2`,
      [repositoryId, id],
    );
    return upload;
  }

  /** @returns false when there is no such upload any more */
  async remove(id: string): Promise<boolean> {
    const rows = await this.database.query('DELETE FROM multipart_upload WHERE id = $1 RETURNING 1', [id]);
    return rows.length > 0;
  }

  /** A part of the same number replaces an earlier one. @returns false when the upload is gone or completed */
  async putPart(id: string, part: Omit<UploadedPart, 'uploadedAt'>): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO multipart_part (upload_id, number, sha256, size_bytes, checksum)
       SELECT id, $2, $3, $4, $5 FROM multipart_upload WHERE id = $1 AND result IS NULL FOR KEY SHARE
       ON CONFLICT (upload_id, number) DO UPDATE SET sha256 = excluded.sha256, size_bytes = excluded.size_bytes,
         checksum = excluded.checksum, uploaded_at = now() RETURNING 1`,
      [id, part.number, part.sha256, part.sizeBytes, part.checksum],
    );
    return rows.length > 0;
  }

  /** By number. */
  async parts(id: string, after: number, limit: number): Promise<UploadedPart[]> {
    const rows = await this.database.query<Omit<UploadedPart, 'sizeBytes'> & { sizeBytes: string }>(
      `SELECT number, sha256, size_bytes AS "sizeBytes", checksum, uploaded_at AS "uploadedAt"
       FROM multipart_part WHERE upload_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
      [id, after, limit],
    );
    return rows.map((row) => ({ ...row, sizeBytes: Number(row.sizeBytes) }));
  }

  /** Digests of all parts, in batches: they are objects that nothing else refers to. */
  async *partObjects(): AsyncGenerator<string[]> {
    for await (const batch of this.database.copy('SELECT DISTINCT sha256 FROM multipart_part'))
      yield batch.map(([sha256]) => sha256!);
  }

  /** Uploads under way by key and id. @param after the last key and id of the page before */
  list(
    repositoryId: string,
    prefix: string,
    after: { readonly key: string; readonly id: string },
    limit: number,
  ): Promise<MultipartUpload[]> {
    return this.database.query<MultipartUpload>(
      `SELECT ${COLUMNS} FROM multipart_upload
       WHERE repository_id = $1 AND result IS NULL AND starts_with(branch || '/' || path, $2)
         AND ((branch || '/' || path) COLLATE "C", id::text) > ($3, $4)
       ORDER BY (branch || '/' || path) COLLATE "C", id::text LIMIT $5`,
      [repositoryId, prefix, after.key, after.id, limit],
    );
  }

  /** Takes, or keeps, the right to complete an upload for a minute. @returns false while another has it, and once it is completed */
  async claim(id: string, claim: string): Promise<boolean> {
    const rows = await this.database.query(
      `UPDATE multipart_upload SET claim = $2, claimed_until = now() + interval '${CLAIM_SECONDS} seconds'
       WHERE id = $1 AND result IS NULL AND (claim IS NULL OR claim = $2 OR claimed_until < now()) RETURNING 1`,
      [id, claim],
    );
    return rows.length > 0;
  }

  async unclaim(id: string, claim: string): Promise<void> {
    await this.database.query('UPDATE multipart_upload SET claim = NULL WHERE id = $1 AND claim = $2', [
      id,
      claim,
    ]);
  }

  /** Remembers what it became, for a client that asks again, and forgets the parts. */
  async complete(id: string, result: StoredObject): Promise<void> {
    await this.database.query('UPDATE multipart_upload SET result = $2, claim = NULL WHERE id = $1', [
      id,
      result,
    ]);
    await this.database.query('DELETE FROM multipart_part WHERE upload_id = $1', [id]);
  }

  /** Ends uploads that began long ago, completed or not. @returns how many, `limit` at most */
  async forget(days: number, limit: number): Promise<number> {
    const rows = await this.database.query(
      `DELETE FROM multipart_upload WHERE id = ANY(ARRAY(
         SELECT id FROM multipart_upload WHERE initiated_at < now() - $1 * interval '1 day'
           AND (claimed_until IS NULL OR claimed_until < now()) LIMIT $2)) RETURNING 1`,
      [days, limit],
    );
    return rows.length;
  }
}
