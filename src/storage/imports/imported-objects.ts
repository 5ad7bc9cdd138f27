import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/index.js';
import type { Sha256 } from '../sha256.js';
import { type ForeignObject, importDigest, type ImportSource } from './import-source.js';

/** An imported object: where it is. */
export interface ImportedObject extends ForeignObject {
  readonly sha256: Sha256;
  readonly source: string;
}

/** The rows of imported objects. */
@Injectable()
export class ImportedObjects {
  constructor(private readonly database: Database) {}

  /** Notes where objects are; they may be read by their names from then on. */
  async add({ name }: ImportSource, objects: readonly ForeignObject[]): Promise<ImportedObject[]> {
    const imported = objects.map((object) => ({
      ...object,
      source: name,
      sha256: importDigest(name, object),
    }));
    await this.database.query(
      `INSERT INTO imported_object (sha256, source, key, etag, size_bytes)
       SELECT sha256, source, key, etag, "sizeBytes"
       FROM jsonb_to_recordset($1::jsonb) AS o(sha256 text, source text, key text, etag text, "sizeBytes" bigint)
       ORDER BY sha256 ON CONFLICT DO NOTHING`,
      [JSON.stringify(imported)],
    );
    return imported;
  }

  async find(sha256: string): Promise<ImportedObject | undefined> {
    const [row] = await this.database.query<ImportedObject>(
      'SELECT sha256, source, key, etag, size_bytes::float8 AS "sizeBytes" FROM imported_object WHERE sha256 = $1',
      [sha256],
    );
    return row;
  }
}
