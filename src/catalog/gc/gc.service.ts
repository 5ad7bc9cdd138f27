import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ACCESS_DECIDER, type AccessDecider, type Principal, subjectOf } from '../../identity/index.js';
import { Database, type Page, type PageArgs, pageOf, pageRequest, validate } from '../../platform/index.js';
import { AuditLog } from '../../policy/index.js';
import { isFinal, type Operation } from '../operations/operation.js';
import { OperationService } from '../operations/operation.service.js';
import {
  CollectionNotUndoableError,
  collectionNotFound,
  type GarbageCollection,
} from './garbage-collection.js';
import { GcRepository } from './gc.repository.js';

const ID = z.uuid({ error: 'must be the id of a garbage collection (a UUID)' });
/** One at a time. */
export const GC_KEY = 'garbage-collection';

/** Garbage collections, for administrators: started, listed and undone. */
@Injectable()
export class GcService {
  constructor(
    private readonly database: Database,
    private readonly rows: GcRepository,
    private readonly operations: OperationService,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    private readonly audit: AuditLog,
  ) {}

  /** @param isDryRun changes nothing, and says what would be */
  async start(caller: Principal, isDryRun: boolean): Promise<Operation> {
    await this.access.authorizeAdministration(caller);
    return this.operations.start(caller, {
      ...{ kind: 'garbage-collection', serialKey: GC_KEY, input: { isDryRun } },
    });
  }

  /** Newest first. */
  async list(caller: Principal, args: PageArgs): Promise<Page<GarbageCollection>> {
    await this.access.authorizeAdministration(caller);
    const request = pageRequest<readonly [number]>(args, 1);
    return pageOf(await this.rows.list(request), request, ({ seq }) => [seq]);
  }

  /**
   * Takes back what a collection condemned, which is possible until a collection after the undo time removes some of that, or of what
   * was condemned since.
   * @throws {NotFoundError} @throws {CollectionNotUndoableError}
   */
  async undo(caller: Principal, id: string): Promise<GarbageCollection> {
    await this.access.authorizeAdministration(caller);
    const operation = await this.operations.get(caller, validate(ID, id, 'id'));
    if (!isFinal(operation)) await this.operations.cancel(caller, id);
    await this.operations.get(caller, id, 20);
    return this.database.run(async () => {
      const collection = await this.rows.find(id);
      if (collection === undefined) throw collectionNotFound(id);
      const removedFromAt = await this.rows.removedFrom(id);
      if (removedFromAt !== undefined) throw new CollectionNotUndoableError(id, removedFromAt);
      await this.rows.undo(id, subjectOf(caller));
      await this.audit.change(caller, {
        ...{ action: 'garbage-collection.undone', on: 'operation', name: id },
      });
      return (await this.rows.find(id))!;
    });
  }
}
