import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config, Housekeeping, Leases, type Month } from '../../../platform/index.js';
import { AuditLog } from '../audit-log.js';
import { signedDraft } from '../chain/signed-draft.js';
import { SigningKey } from '../roots/signing-key.js';
import { type EndedRange, RetentionRepository } from './retention.repository.js';

const PAUSE_MS = 60 * 60_000;
const LEASE_MS = 600_000;
const DAY_MS = 24 * 60 * 60_000;
/** Segments that one record tells the end of. */
const RANGES_AT_ONCE = 500;

/**
 * Keeps the log in months, and ends those that are older than CAIRN_AUDIT_RETENTION_DAYS, unless a legal hold keeps them. Before a month
 * goes, signed records say which of its records went and what the last of each segment was, so that what follows can still be verified.
 */
@Injectable()
export class AuditRetention implements OnModuleInit {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly audit: AuditLog,
    private readonly key: SigningKey,
    private readonly leases: Leases,
    @Inject(CONFIG) private readonly config: Config,
    housekeeping: Housekeeping,
  ) {
    housekeeping.add('months of the audit log', PAUSE_MS, () => this.tidy(new Date()));
  }

  /** This month has its partition before its first record comes. What cannot be done now, housekeeping does. */
  async onModuleInit(): Promise<void> {
    await this.repository.prepare(new Date()).catch(() => undefined);
  }

  /** Makes coming months and ends old ones. @returns whether there is more to do at once */
  async tidy(now: Date): Promise<boolean> {
    if (!(await this.leases.acquire('audit retention', LEASE_MS))) return false;
    const there = await this.repository.prepare(now);
    const days = this.config.CAIRN_AUDIT_RETENTION_DAYS;
    if (days === undefined) return false;
    const horizon = new Date(now.getTime() - days * DAY_MS);
    for (const month of there.filter(({ to }) => to <= horizon)) await this.end(month);
    return false;
  }

  private async end(month: Month): Promise<void> {
    if (await this.repository.isHeld(month)) return;
    const ranges = await this.repository.ranges(month);
    if (ranges === undefined) return;
    for (let at = 0; at < ranges.length; at += RANGES_AT_ONCE)
      await this.tell(month, ranges.slice(at, at + RANGES_AT_ONCE));
    await this.audit.settled();
    await this.repository.drop(month);
  }

  private async tell({ from, to }: Month, segments: readonly EndedRange[]): Promise<void> {
    const said = { from: from.toISOString(), to: to.toISOString(), segments };
    this.audit.append(await signedDraft('retired', said, this.key));
  }
}
