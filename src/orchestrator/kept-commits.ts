import { Injectable } from '@nestjs/common';
import { GcRoots } from '../catalog/index.js';
import { Database } from '../platform/index.js';

/** Commits that runs read, wrote or ran the code of, and that endpoints serve, are kept: they say where a model came from. */
@Injectable()
export class KeptCommits {
  constructor(
    private readonly database: Database,
    roots: GcRoots,
  ) {
    roots.keepCommits('training runs and endpoints', () => this.all());
  }

  private async *all(): AsyncGenerator<string[]> {
    const batches = this.database.copy(
      `SELECT commit_id FROM training_run_input
       UNION SELECT output_commit_id FROM training_run WHERE output_commit_id IS NOT NULL
       UNION SELECT code->>'commitId' FROM training_run WHERE code->>'commitId' IS NOT NULL
       UNION SELECT commit_id FROM endpoint_revision`,
    );
    for await (const batch of batches) yield batch.map(([id]) => id!);
  }
}
