import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, Housekeeping } from '../../platform/index.js';
import { AccessLogRepository } from './access-log.repository.js';

const AT_ONCE = 10_000;
const PAUSE_MS = 600_000;

/** Ends records of accesses when they are old. */
@Injectable()
export class AccessLogHousekeeping {
  constructor(
    housekeeping: Housekeeping,
    accesses: AccessLogRepository,
    @Inject(CONFIG) { CONTENT_ACCESS_RETENTION_DAYS: days }: Config,
  ) {
    housekeeping.add('content accesses', PAUSE_MS, async () => {
      return (await accesses.forget(days, AT_ONCE)) === AT_ONCE;
    });
  }
}
