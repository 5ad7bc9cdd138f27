import { Injectable } from '@nestjs/common';
import { CheckService } from '../checks/check.service.js';
import { ProfileService } from '../content/profile.service.js';
import type { OperationContext } from '../operations/operation-runner.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { StagingRepository } from '../staging/staging.repository.js';
import { entriesEqual, type TreeEdit, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { CommitWriter } from './commit-writer.js';

/** Files of a commit that are profiled before it lands; of larger commits, when they are asked for. */
const MAX_PROFILED = 1_000;
const NEWLINE = 0x0a;

/** Trees of what is staged. */
@Injectable()
export class StagedTree {
  constructor(
    private readonly staging: StagingRepository,
    private readonly checks: CheckService,
    private readonly profiles: ProfileService,
    private readonly writer: CommitWriter,
    private readonly trees: Trees,
  ) {}

  /** Puts what is staged onto a commit, at the cost of what is staged. */
  async build(context: OperationContext, areas: readonly string[], onto: Commit): Promise<Commit['tree']> {
    const total = await this.staging.count(areas);
    const told = { total, unit: 'changes', step: 'writing the tree' };
    context.progress({ ...told, done: 0 });
    const { staging } = this;
    async function* watched(): AsyncGenerator<Buffer> {
      let done = 0;
      for await (const rows of staging.copy(areas)) {
        context.signal.throwIfAborted();
        yield rows;
        done += linesIn(rows);
        context.progress({ ...told, done });
      }
    }
    const tree = await this.trees.buildCopied(onto.tree, watched());
    context.progress({ ...told, done: total, step: 'landing' });
    if (total <= MAX_PROFILED)
      await this.profiles.prepare(await staging.page(areas, { limit: MAX_PROFILED }));
    return tree;
  }

  /** Puts what others committed meanwhile under a tree that was built, at the cost of what they changed. */
  async rebase(onto: Commit, built: Commit['tree'], head: Commit): Promise<Commit['tree']> {
    const edits: TreeEdit[] = [];
    for await (const { path, before, after } of this.trees.diff(onto.tree, head.tree)) {
      if (entriesEqual(await this.trees.get(built, path), before)) edits.push({ path, entry: after });
    }
    return this.trees.apply(built, edits);
  }

  /** @throws {CheckFailedError} */
  async seal(
    open: OpenRepository,
    branch: string,
    head: Commit,
    content: Omit<Commit, 'id'>,
  ): Promise<Commit> {
    await this.checks.assertPass(open.repository, branch, head, content);
    return this.writer.seal(content);
  }
}

function linesIn(rows: Buffer): number {
  let count = 0;
  for (let at = rows.indexOf(NEWLINE); at >= 0; at = rows.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}
