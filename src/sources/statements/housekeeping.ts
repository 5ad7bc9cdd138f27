import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, Housekeeping } from '../../platform/index.js';
import { LedgerRepository } from './ledger.repository.js';

const AT_ONCE = 1_000;
const PAUSE_MS = 60_000;

/** Ends statements in the ledger when they are old. */
@Injectable()
export class StatementHousekeeping {
  constructor(
    housekeeping: Housekeeping,
    ledger: LedgerRepository,
    @Inject(CONFIG) { STATEMENTS_RETENTION_DAYS: days }: Config,
  ) {
    housekeeping.add('statements', PAUSE_MS, async () => (await ledger.forget(days, AT_ONCE)) === AT_ONCE);
  }
}
