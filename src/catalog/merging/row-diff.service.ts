import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config } from '../../platform/index.js';
import type { Sha256 } from '../../storage/index.js';
import { LocalCopies } from './local-copies.js';
import { rowDiffs } from './metrics.js';
import { ruleOf } from './row-keys.js';
import { RowKeysRepository } from './row-keys.repository.js';
import type { RowDiffOutcome } from './rows/row-diff.js';
import { tableFormatOf } from './table-format.js';
import { TaskRunner } from './task-runner.js';

/** A version of a file. */
interface Version {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType?: string;
}

/** Comparisons that are kept: those of two versions never change. */
const KEPT = 200;

/** Compares two versions of a file row by row, when asked. */
@Injectable()
export class RowDiffService {
  private readonly known = new LRUCache<string, Promise<RowDiffOutcome>>({ max: KEPT });

  constructor(
    private readonly rules: RowKeysRepository,
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The caller was shown both versions.
   * @returns `undefined` for formats without rows
   * @throws {TablesBusyError}
   */
  async compare(repositoryId: string, before: Version, after: Version): Promise<RowDiffOutcome | undefined> {
    const format = tableFormatOf([before, after]);
    if (typeof format !== 'string') return undefined;
    const limit = this.config.CAIRN_MERGE_MAX_BYTES;
    const large = Math.max(before.sizeBytes, after.sizeBytes);
    if (large > limit) return { kind: 'unfit', reason: `a version has ${large} bytes, more than ${limit}` };
    const rule = ruleOf(await this.rules.list(repositoryId), after.path);
    const key = rule !== undefined && 'key' in rule ? rule.key : undefined;
    const id = JSON.stringify([format, before.sha256, after.sha256, key]);
    const known = this.known.get(id);
    if (known !== undefined) return known;
    const files = { before: before.sha256 as Sha256, after: after.sha256 as Sha256 };
    const compared = this.copies.use(files, async (directory) => {
      const task = { kind: 'diff', format, directory, ...(key && { key }) } as const;
      const bytes = before.sizeBytes + after.sizeBytes;
      const result = await this.tasks.run(task, bytes, this.config.CAIRN_MERGE_TIMEOUT_MS);
      if (result.kind === 'answer') return result.answer;
      return { kind: 'unfit', reason: result.reason } as const;
    });
    this.known.set(id, compared);
    try {
      const outcome = await compared;
      rowDiffs.inc({ format, outcome: outcome.kind });
      return outcome;
    } catch (error) {
      // What the store or the queue refused may be there the next time.
      this.known.delete(id);
      throw error;
    }
  }
}
