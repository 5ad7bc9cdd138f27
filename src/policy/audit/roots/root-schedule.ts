import { Injectable } from '@nestjs/common';
import { HealthChecks, Housekeeping, Leases } from '../../../platform/index.js';
import { ChangeRepository } from '../change.repository.js';
import { unchainedChanges } from '../metrics.js';
import { RootMaker } from './root-maker.js';
import { RootRepository } from './root.repository.js';

const EVERY_MS = 60_000;
const LEASE_MS = 120_000;
/** A change waits for its place no longer. */
const MAX_WAIT_SECONDS = 60;

/** Has one process make a root every minute, and tells how it stands. */
@Injectable()
export class RootSchedule {
  constructor(
    roots: RootRepository,
    maker: RootMaker,
    changes: ChangeRepository,
    leases: Leases,
    housekeeping: Housekeeping,
    health: HealthChecks,
  ) {
    housekeeping.add('audit roots', EVERY_MS, async () => {
      unchainedChanges.set((await changes.waiting()).count);
      if (await leases.acquire('audit roots', LEASE_MS)) await maker.make();
      return false;
    });
    health.register('auditRoots', async () => {
      const { count, ageSeconds } = await changes.waiting();
      const last = await roots.last();
      return {
        isReady: true,
        isDegraded: maker.problem !== undefined || ageSeconds > MAX_WAIT_SECONDS,
        report: { last: last?.number ?? 0, at: last?.at, unchained: count, problem: maker.problem },
      };
    });
  }
}
