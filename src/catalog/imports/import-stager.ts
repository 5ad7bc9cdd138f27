import { Injectable } from '@nestjs/common';
import {
  type ForeignObject,
  type ImportedObject,
  ImportedObjects,
  type ImportSource,
  Ledger,
} from '../../storage/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import { StagingRepository } from '../staging/staging.repository.js';
import { IMPORT_MARK } from './import-mark.js';

/** Stages objects that stay where they are. */
@Injectable()
export class ImportStager {
  constructor(
    private readonly repositories: RepositoryRepository,
    private readonly staging: StagingRepository,
    private readonly imported: ImportedObjects,
    private readonly ledger: Ledger,
  ) {}

  /** Objects first, then the rows that let the repository commit them, then what is staged. */
  async stage(
    area: string,
    repository: Repository,
    source: ImportSource,
    placed: readonly { readonly path: string; readonly object: ForeignObject }[],
    subject: string,
  ): Promise<void> {
    const imported: ImportedObject[] = await this.imported.add(
      source,
      placed.map(({ object }) => object),
    );
    await this.ledger.touch(imported);
    await this.repositories.addObjects(repository.id, imported, subject);
    const edits = placed.map(({ path }, i) => ({
      path,
      entry: {
        ...{ sha256: imported[i]!.sha256, sizeBytes: imported[i]!.sizeBytes },
        metadata: { [IMPORT_MARK]: source.name },
      },
    }));
    if (edits.length > 0)
      await this.staging.write(
        area,
        edits.map((edit) => ({ ...edit, stagedBy: subject })),
      );
  }
}
