import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { Database, validate } from '../../platform/index.js';
import { AssetService } from '../assets/asset.service.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { ROW_KEY_RULES, type RowKeyRule } from './row-keys.js';
import { RowKeysRepository } from './row-keys.repository.js';

const SET = z.object({ repository: z.string().max(100), rules: ROW_KEY_RULES });

/** The row keys that repositories declare. */
@Injectable()
export class RowKeysService {
  constructor(
    private readonly database: Database,
    private readonly repositories: RepositoryService,
    private readonly rules: RowKeysRepository,
    private readonly assets: AssetService,
  ) {}

  /** Of a repository that the caller was shown. */
  list(repository: Pick<Repository, 'id'>): Promise<RowKeyRule[]> {
    return this.rules.list(repository.id);
  }

  /** Replaces all rules. Needs `manage`. Merges from now on follow them; commits that are there stay. */
  async set(caller: Principal, input: z.input<typeof SET>): Promise<Repository> {
    const { repository: name, rules } = validate(SET, input, 'input');
    const { repository, asset } = await this.repositories.open(caller, name, 'manage');
    await this.database.run(async () => {
      await this.rules.replace(repository.id, rules);
      await this.assets.changed(caller, 'repository.row-keys-set', asset, { rules });
    });
    return repository;
  }
}
