import { createReadStream } from 'node:fs';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type StoredObject } from '../../storage/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import type { TreeEntry } from '../trees/index.js';
import type { ContentMerge, ContentResolver, PathVersions } from '../versions/index.js';
import { LocalCopies } from './local-copies.js';
import { contentMerges, contentMergeDuration } from './metrics.js';
import { ruleOf, type RowKeyRule } from './row-keys.js';
import { RowKeysRepository } from './row-keys.repository.js';
import type { RowRule, RowsOutcome } from './rows/merge-text.js';
import { tableFormatOf } from './table-format.js';
import type { TableFormat } from './table-task.js';
import { TaskRunner } from './task-runner.js';

/** Merges files by their rows, where the repository declared how rows are told apart. */
@Injectable()
export class ContentMerger {
  constructor(
    private readonly rules: RowKeysRepository,
    private readonly repositories: RepositoryRepository,
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * For one merge, however often it is tried again: the rules are read once, and the same three versions are merged once.
   * @param subject who merges; the merged files are noted as theirs
   */
  async resolverFor(repository: Repository, subject: string): Promise<ContentResolver> {
    const rules = await this.rules.list(repository.id);
    const known = new Map<string, Promise<ContentMerge | undefined>>();
    return (versions) => {
      const { base, ours, theirs, strategy } = versions;
      const id = JSON.stringify([versions.path, base, ours, theirs, strategy]);
      const merged = known.get(id) ?? this.merge(repository, subject, rules, versions);
      known.set(id, merged);
      return merged;
    };
  }

  private async merge(
    repository: Repository,
    subject: string,
    rules: readonly RowKeyRule[],
    versions: PathVersions,
  ): Promise<ContentMerge | undefined> {
    const rule = ruleOf(rules, versions.path);
    if (rule === undefined) return undefined;
    const { ours, theirs, base } = versions;
    const present = [base, ours, theirs].filter((entry) => entry !== undefined);
    const format = tableFormatOf(present.map(({ contentType }) => ({ path: versions.path, contentType })));
    if (typeof format !== 'string') return { kind: 'conflict', reason: format.reason };
    const limit = this.config.CAIRN_MERGE_MAX_BYTES;
    const large = present.find(({ sizeBytes }) => sizeBytes > limit);
    if (large !== undefined) {
      return { kind: 'conflict', reason: `a version has ${large.sizeBytes} bytes, more than ${limit}` };
    }
    const about = describe(versions);
    if (about === undefined) {
      return { kind: 'conflict', reason: 'media type or metadata were changed on both sides' };
    }
    const end = contentMergeDuration.startTimer({ format });
    const merged = await this.mergeRows(repository, subject, versions, format, rule);
    end();
    contentMerges.inc({
      format,
      outcome: merged.kind === 'merged' ? 'merged' : (merged.conflict ?? 'unfit'),
    });
    return merged.kind === 'merged' ? { ...merged, entry: { ...merged.entry, ...about } } : merged;
  }

  private mergeRows(
    repository: Repository,
    subject: string,
    { base, ours, theirs, strategy }: PathVersions,
    format: TableFormat,
    rule: RowRule,
  ): Promise<ContentMerge> {
    const files = { base: base?.sha256, ours: ours.sha256, theirs: theirs.sha256 };
    return this.copies.use(files, async (directory) => {
      const task = { kind: 'merge', format, directory, hasBase: base !== undefined, rule, strategy } as const;
      const bytes = (base?.sizeBytes ?? 0) + ours.sizeBytes + theirs.sizeBytes;
      const result = await this.tasks.run(task, bytes, this.config.CAIRN_MERGE_TIMEOUT_MS);
      if (result.kind === 'lost') return { kind: 'conflict', reason: result.reason };
      const { answer } = result;
      if (answer.kind !== 'merged') return conflictOf(answer);
      if (answer.taken === 0) return { kind: 'merged', entry: ours, rows: 0 };
      const object = await this.store(repository, subject, path.join(directory, 'result'));
      return { kind: 'merged', entry: object, rows: answer.taken };
    });
  }

  /** The object first, then the row that lets the repository commit it. */
  private async store(repository: Repository, subject: string, file: string): Promise<StoredObject> {
    const object = await this.objects.put(createReadStream(file), {
      maxBytes: this.config.CAIRN_MAX_OBJECT_BYTES,
    });
    await this.repositories.addObject(repository.id, object.sha256, object.sizeBytes, subject);
    return object;
  }
}

function conflictOf(outcome: Exclude<RowsOutcome, { kind: 'merged' }>): ContentMerge {
  if (outcome.kind === 'unfit') return { kind: 'conflict', reason: outcome.reason };
  if (outcome.kind === 'schema-conflict') {
    return { kind: 'conflict', conflict: 'schema-conflict', reason: outcome.reason };
  }
  return {
    kind: 'conflict',
    conflict: 'row-conflict',
    reason: `${outcome.total} ${outcome.total === 1 ? 'row was' : 'rows were'} changed on both sides`,
    rows: outcome.rows,
    rowCount: outcome.total,
  };
}

/** Media type and metadata, each as one value: that of the side that changed it. */
function describe({
  base,
  ours,
  theirs,
}: PathVersions): Pick<TreeEntry, 'contentType' | 'metadata'> | undefined {
  const text = (entry: TreeEntry | undefined): string =>
    JSON.stringify([entry?.contentType, Object.entries(entry?.metadata ?? {}).sort()]);
  const [was, our, their] = [text(base), text(ours), text(theirs)];
  if (our !== their && was !== our && was !== their) return undefined;
  const { contentType, metadata } = was === our ? theirs : ours;
  return { ...(contentType !== undefined && { contentType }), ...(metadata !== undefined && { metadata }) };
}
