import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { NotFoundError } from '../../platform/index.js';
import { type Permit, Policy } from '../../policy/index.js';
import { AssetService, resourceOf } from '../assets/asset.service.js';
import { ColumnTags } from '../classification/column-tags.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';

/** A repository that was opened for reading by somebody who shows its files through `ObligedContent` only. */
export interface ReadableRepository extends OpenRepository {
  /** What must be done with its files before the caller gets them. */
  readonly permit: Permit;
}

/** Opens repositories for doors that carry out masks and row filters; all others open them by `RepositoryService`. */
@Injectable()
export class ReadAccess {
  constructor(
    private readonly repositories: RepositoryRepository,
    private readonly assets: AssetService,
    private readonly columns: ColumnTags,
    private readonly policy: Policy,
  ) {}

  /**
   * Needs `read`.
   * @throws {NotFoundError} also when the caller may not know of it
   * @throws {AccessDeniedError} naming the rule
   */
  async open(caller: Principal, name: string): Promise<ReadableRepository> {
    const found = await this.repositories.findWithAsset(name);
    if (!found || !(await this.assets.isVisible(caller, found.asset)))
      throw new NotFoundError('Repository', name);
    const columns = await this.columns.of(found.asset.id);
    return { ...found, permit: await this.policy.oblige(caller, 'read', resourceOf(found.asset), columns) };
  }
}

/** Whether files are handed out as they are. */
export function isPlain({ masks, filters }: Permit): boolean {
  return masks.length === 0 && filters.length === 0;
}
