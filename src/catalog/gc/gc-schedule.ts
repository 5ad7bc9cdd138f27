import { Inject, Injectable } from '@nestjs/common';
import { CAIRN_ITSELF } from '../../identity/index.js';
import { CONFIG, type Config, Database, Housekeeping } from '../../platform/index.js';
import { OperationService } from '../operations/operation.service.js';
import { GcRepository } from './gc.repository.js';
import { GC_KEY } from './gc.service.js';

const LOOK_MS = 10 * 60_000;

/** Starts a collection when the last one is long enough ago. */
@Injectable()
export class GcSchedule {
  constructor(
    housekeeping: Housekeeping,
    private readonly database: Database,
    private readonly rows: GcRepository,
    private readonly operations: OperationService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    if (config.CAIRN_GC_EVERY_HOURS > 0)
      housekeeping.add('schedule garbage collection', LOOK_MS, () => this.look());
  }

  private async look(): Promise<boolean> {
    const everySeconds = this.config.CAIRN_GC_EVERY_HOURS * 3600;
    const since = await this.rows.secondsSinceLast();
    if (since === undefined || since >= everySeconds) await this.start();
    return false;
  }

  /** Of several processes one starts it: the others find it begun. */
  private async start(): Promise<void> {
    await this.database.run(async () => {
      await this.database.query("SELECT pg_advisory_xact_lock(hashtext('cairn.gc-schedule'))");
      if (await this.operations.isBusy(GC_KEY)) return;
      await this.operations.start(CAIRN_ITSELF, {
        ...{ kind: 'garbage-collection', serialKey: GC_KEY, input: { isDryRun: false } },
      });
    });
  }
}
