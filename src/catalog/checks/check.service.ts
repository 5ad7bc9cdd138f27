import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { Database, validate } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import { ProfileService } from '../content/profile.service.js';
import { formatOf } from '../profiles/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { type TreeChange, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { CheckFailedError, type CheckViolation, CHECKS, type RepositoryChecks } from './checks.js';

const SET = z.object({ repository: z.string().max(100), checks: CHECKS });
const MAX_VIOLATIONS = 100;

/** Checks before a commit, merge, revert or cherry-pick lands. */
@Injectable()
export class CheckService {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly rows: RepositoryRepository,
    private readonly profiles: ProfileService,
    private readonly trees: Trees,
    private readonly database: Database,
    private readonly assets: AssetService,
  ) {}

  /** Replaces what a repository asks of commits. Needs `manage`. */
  async set(caller: Principal, input: z.input<typeof SET>): Promise<Repository> {
    const { repository: name, checks } = validate(SET, input, 'input');
    const { repository, asset } = await this.repositories.open(caller, name, 'manage');
    await this.database.run(async () => {
      await this.rows.setChecks(repository.id, checks);
      await this.assets.changed(caller, 'repository.checks-set', asset, {
        before: repository.checks,
        checks,
      });
    });
    return { ...repository, checks };
  }

  /**
   * Looks at what a commit changes of the branch it is to land on. Reads only what differs, and nothing where nothing is asked.
   * @param trees where the two trees are
   * @throws {CheckFailedError} naming all that is wrong, at most 100
   */
  async assertPass(
    repository: Repository,
    branch: string,
    before: Commit,
    after: Omit<Commit, 'id'>,
    trees = this.trees,
  ): Promise<void> {
    const { branches, ...checks } = repository.checks;
    if (Object.keys(checks).length === 0 || (branches !== undefined && !branches.includes(branch))) return;
    const violations: CheckViolation[] = [];
    for (const key of checks.requiredMetadata ?? []) {
      if (after.metadata[key] === undefined)
        violations.push({ check: 'requiredMetadata', reason: `the commit's metadata lacks "${key}"` });
    }
    let count = 0;
    for await (const change of trees.diff(before.tree, after.tree)) {
      count += 1;
      violations.push(...(await this.violationsOf(checks, change)));
      if (violations.length >= MAX_VIOLATIONS || count > (checks.maxChanges ?? Infinity)) break;
    }
    if (checks.maxChanges !== undefined && count > checks.maxChanges) {
      const reason = `it changes more than ${checks.maxChanges} paths`;
      violations.push({ check: 'maxChanges', reason });
    }
    if (violations.length > 0)
      throw new CheckFailedError(repository.name, branch, violations.slice(0, MAX_VIOLATIONS));
  }

  private async violationsOf(
    { maxFileBytes, schemaCompatibility }: RepositoryChecks,
    { path, before, after }: TreeChange,
  ): Promise<CheckViolation[]> {
    if (after === undefined) return [];
    const violations: CheckViolation[] = [];
    if (maxFileBytes !== undefined && after.sizeBytes > maxFileBytes)
      violations.push({
        check: 'maxFileBytes',
        path,
        reason: `it has ${after.sizeBytes} bytes, more than ${maxFileBytes}`,
      });
    if (schemaCompatibility === undefined || before === undefined || before.sha256 === after.sha256)
      return violations;
    if (formatOf({ path, contentType: before.contentType }) === undefined) return violations;
    const difference = await this.profiles.compare({ path, ...before }, { path, ...after });
    if (difference === undefined)
      violations.push({ check: 'schemaCompatibility', path, reason: 'its schema could not be read' });
    else if (difference.breaking)
      violations.push({ check: 'schemaCompatibility', path, reason: describe(difference) });
    return violations;
  }
}

function describe({
  removed,
  changedType,
}: {
  readonly removed: readonly string[];
  readonly changedType: readonly { readonly name: string; readonly before: string; readonly after: string }[];
}): string {
  const parts = [
    ...removed.map((name) => `column "${name}" is gone`),
    ...changedType.map(({ name, before, after }) => `column "${name}" was ${before} and is ${after}`),
  ];
  return `its schema breaks readers of the one before (${parts.slice(0, 5).join('; ') || 'its format changed'})`;
}
