import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { namelessId, type Page, type PageArgs, pageOf, pageRequest, validate } from '../../platform/index.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { AccessLogRepository } from './access-log.repository.js';
import type { RecordedAccess } from './content-access.js';

const FILTER = z.object({
  path: z.string().max(1024).optional(),
  subject: z.string().max(200).optional(),
  since: z.date({ error: 'must be an instant' }).optional(),
});

/** Tells who reached which content, to those who answer for it. */
@Injectable()
export class AccessLogService {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly accesses: AccessLogRepository,
  ) {}

  /**
   * The commit at which content was read between two instants; undefined when it was none or several. Needs `list`.
   * @param key `REVISION/PATH`; what lies below it counts too
   */
  async commitRead(
    caller: Principal,
    name: string,
    key: string,
    from: Date,
    to: Date,
  ): Promise<string | undefined> {
    const { repository } = await this.repositories.open(caller, name, 'list');
    const [commitId, ...others] = await this.accesses.commitsRead(repository.id, key, from, to);
    return others.length > 0 ? undefined : commitId;
  }

  /** Newest first. Needs `manage`. */
  async list(
    caller: Principal,
    name: string,
    filter: z.input<typeof FILTER>,
    args: PageArgs,
  ): Promise<Page<RecordedAccess>> {
    const wanted = validate(FILTER, filter);
    const request = pageRequest<readonly [string]>(args, 1);
    const { repository } = await this.repositories.open(caller, name, 'manage');
    const page = pageOf(await this.accesses.list(repository.id, wanted, request), request, ({ id }) => [id]);
    // The numbers are of the accesses to all repositories.
    return {
      ...page,
      nodes: page.nodes.map((access) => ({ ...access, id: namelessId('access', access.id) })),
    };
  }
}
