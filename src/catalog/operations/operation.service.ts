import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ACCESS_DECIDER, type AccessDecider, type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { AuditLog } from '../../policy/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { isFinal, type Operation, operationNotFound } from './operation.js';
import { OperationRepository, type NewOperation } from './operation.repository.js';
import { OperationRunner } from './operation-runner.js';

const ID = z.uuid({ error: 'must be the id of an operation (a UUID)' });
const WAIT = z.int().min(0).max(20, 'must be 0 to 20 seconds');
const LOOK_MS = 100;

/** Operations: started by whoever may do their work, watched and cancelled. */
@Injectable()
export class OperationService {
  constructor(
    private readonly database: Database,
    private readonly operations: OperationRepository,
    private readonly repositories: RepositoryService,
    private readonly runner: OperationRunner,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Writes an operation, in the transaction under way if there is one, and has it done. The caller has been authorized for its work,
   * and is again when it is done.
   */
  async start(
    caller: Principal,
    operation: Omit<NewOperation, 'id' | 'requestedBy' | 'scope'>,
  ): Promise<Operation> {
    const id = randomUUID();
    return this.database.run(async () => {
      const started = await this.operations.insert({
        ...{ ...operation, id, requestedBy: subjectOf(caller), scope: caller.scope ?? null },
      });
      const { kind, repositoryId, input } = operation;
      await this.audit.change(caller, {
        ...{ action: 'operation.started', on: 'operation', name: id, detail: { kind, repositoryId, input } },
      });
      this.database.afterCommit(this.runner.wake);
      return started;
    });
  }

  /** Whether one of the key is still to end. */
  isBusy(serialKey: string): Promise<boolean> {
    return this.operations.isBusy(serialKey);
  }

  /**
   * For who may read its repository, and for who started it as long as they may write to it; administrators see what belongs to none.
   * @param waitSeconds 0–20: answers when it has ended, or after so long
   * @throws {NotFoundError}
   */
  async get(caller: Principal, id: string, waitSeconds = 0): Promise<Operation> {
    const until = Date.now() + validate(WAIT, waitSeconds, 'waitSeconds') * 1000;
    let operation = await this.visible(caller, id);
    while (!isFinal(operation) && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      operation = (await this.operations.find(id)) ?? operation;
    }
    return operation;
  }

  /** Newest first. Needs `read`: what came of them names paths. */
  async list(caller: Principal, repository: Repository, args: PageArgs): Promise<Page<Operation>> {
    await this.repositories.open(caller, repository.name, 'read');
    const request = pageRequest<readonly [number]>(args, 1);
    return pageOf(await this.operations.list(repository.id, request), request, ({ seq }) => [seq]);
  }

  /** Needs `write`; of what belongs to no repository, administration. What has ended stays as it ended. */
  async cancel(caller: Principal, id: string): Promise<Operation> {
    const operation = await this.visible(caller, id);
    await this.authorize(caller, operation, 'write');
    const cancelled = await this.database.run(async () => {
      await this.audit.change(caller, { action: 'operation.cancelled', on: 'operation', name: id });
      return this.operations.requestCancel(id);
    });
    return cancelled ?? (await this.operations.find(id)) ?? operation;
  }

  private async visible(caller: Principal, id: string): Promise<Operation> {
    const operation = await this.operations.find(validate(ID, id, 'id'));
    if (operation === undefined) throw operationNotFound(id);
    const action = operation.requestedBy === subjectOf(caller) ? 'write' : 'read';
    await this.authorize(caller, operation, action).catch((error: unknown) => {
      // Of a repository that the caller may not know of not even the id is told.
      throw error instanceof NotFoundError ? operationNotFound(id) : error;
    });
    return operation;
  }

  private async authorize(caller: Principal, operation: Operation, action: 'read' | 'write'): Promise<void> {
    if (operation.repositoryId === null) await this.access.authorizeAdministration(caller);
    else await this.repositories.openById(caller, operation.repositoryId, action);
  }
}
