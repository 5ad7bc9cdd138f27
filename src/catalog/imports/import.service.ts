import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, validate } from '../../platform/index.js';
import { Policy, UNCLASSIFIED } from '../../policy/index.js';
import {
  type ForeignObject,
  IMPORT_SOURCES,
  type ImportedObject,
  ImportedObjects,
  type ImportSource,
  type ImportSources,
  Ledger,
} from '../../storage/index.js';
import { BranchService } from '../commits/branch.service.js';
import { type Operation, OperationStoppedError } from '../operations/operation.js';
import { type OperationContext, OperationRunner } from '../operations/operation-runner.js';
import { OperationService } from '../operations/operation.service.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import { StagingRepository } from '../staging/staging.repository.js';
import { IMPORT_MARK } from './import-mark.js';
import { parsePath } from '../trees/index.js';

const SAMPLE = 20;

const IMPORT = z.object({
  repository: z.string().max(100),
  branch: z.string().max(300),
  source: z.string().max(63),
  prefix: z.string().max(1024).default(''),
  to: z.string().max(1024).default(''),
});

/** Objects of a source that cannot be paths of a repository. */
interface Skipped {
  count: number;
  sample: { readonly key: string; readonly reason: string }[];
}

/**
 * Imports what is at places that Cairn does not own: it stays there, is staged on a branch under its name, is marked, and is verified
 * when it is read.
 */
@Injectable()
export class ImportService {
  constructor(
    private readonly database: Database,
    private readonly branches: BranchService,
    private readonly repositories: RepositoryRepository,
    private readonly staging: StagingRepository,
    private readonly operations: OperationService,
    private readonly policy: Policy,
    private readonly imported: ImportedObjects,
    private readonly ledger: Ledger,
    @Inject(IMPORT_SOURCES) private readonly sources: ImportSources,
    runner: OperationRunner,
  ) {
    runner.handle('import', (context) => this.run(context));
  }

  /** Names of the sources that the caller may import from. */
  async list(caller: Principal): Promise<string[]> {
    const { matches } = await this.policy.plan(caller, 'read');
    return this.sources
      .list()
      .filter((source) => matches(resourceOf(source)))
      .map(({ name }) => name);
  }

  /**
   * Begins an import. Needs `write` on the branch, and `read` of the dataset `import/SOURCE` in the source's namespace.
   * @param input.prefix only keys that start with it; it is cut off
   * @param input.to what paths start with instead
   * @returns its operation, whose result is `{objects, bytes, skipped}`
   */
  async start(caller: Principal, input: z.input<typeof IMPORT>): Promise<Operation> {
    const parsed = validate(IMPORT, input, 'input');
    const { repository } = await this.open(caller, parsed);
    return this.operations.start(caller, { kind: 'import', repositoryId: repository.id, input: parsed });
  }

  private async run(context: OperationContext): Promise<void> {
    const { operation, caller, signal } = context;
    const parsed = IMPORT.parse(operation.input);
    const { repository, source } = await this.open(caller, parsed);
    // What an earlier try of a process that died had staged is begun anew.
    await this.staging.closeOf(operation.id);
    const area = await this.staging.openHidden(repository.id, parsed.branch, operation.id);
    const skipped: Skipped = { count: 0, sample: [] };
    let [objects, bytes] = [0, 0];
    try {
      for await (const batch of source.list(parsed.prefix)) {
        signal.throwIfAborted();
        const usable = batch.flatMap((object) => this.placed(object, parsed, skipped));
        await this.stage(area, repository, source, usable, subjectOf(caller));
        objects += usable.length;
        bytes += usable.reduce((sum, { object }) => sum + object.sizeBytes, 0);
        context.progress({ done: objects, unit: 'objects', step: 'looking at what is there' });
      }
      await this.database.run(async () => {
        if ((await this.staging.openArea(repository.id, parsed.branch)) === undefined)
          throw new OperationStoppedError(operation.id, 'cancelled');
        await this.staging.reveal(area);
        await context.succeed({ objects, bytes, skipped });
      });
    } catch (error) {
      await this.staging.close([area]);
      throw error;
    }
  }

  private async open(
    caller: Principal,
    { repository: name, branch, source: sourceName }: z.output<typeof IMPORT>,
  ): Promise<{ readonly repository: Repository; readonly source: ImportSource }> {
    const { repository } = await this.branches.openToStage(caller, name, branch);
    const source = this.sources.get(sourceName);
    await this.policy.authorize(caller, 'read', resourceOf(source));
    return { repository, source };
  }

  /** Objects first, then the rows that let the repository commit them, then what is staged. */
  private async stage(
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
    if (edits.length > 0) await this.staging.write(area, edits, subject);
  }

  private placed(
    object: ForeignObject,
    { prefix, to }: z.output<typeof IMPORT>,
    skipped: Skipped,
  ): { path: string; object: ForeignObject }[] {
    const path = to + object.key.slice(prefix.length);
    try {
      return [{ path: parsePath(path), object }];
    } catch (error) {
      skipped.count += 1;
      if (skipped.sample.length < SAMPLE)
        skipped.sample.push({ key: object.key.slice(0, 200), reason: (error as Error).message });
      return [];
    }
  }
}

function resourceOf({ name, namespace }: ImportSource) {
  return { namespace, kind: 'dataset', name: `import/${name}`, tags: [UNCLASSIFIED] } as const;
}
