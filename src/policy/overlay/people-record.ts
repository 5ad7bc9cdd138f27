import { Inject, Injectable } from '@nestjs/common';
import { Counter } from 'prom-client';
import { CHANGES, type Changes } from '../../identity/index.js';
import { Database, LOGGER, type Logger, metricsRegistry } from '../../platform/index.js';
import { type Target, targetText } from './target.js';

/** What happened to a request for access, a grant or an emergency. Stable: alerts and auditors search by it. */
export type PeopleEvent =
  | 'access.requested'
  | 'access.approved'
  | 'access.denied'
  | 'access.withdrawn'
  | 'access.revoked'
  | 'emergency.declared'
  | 'emergency.closed'
  | 'emergency.reviewed';

const EVENTS = new Counter({
  name: 'cairn_access_events_total',
  help: 'What happened to requests for access, grants and emergencies, by event.',
  labelNames: ['event'],
  registers: [metricsRegistry],
});
for (const event of ['access.requested', 'access.approved', 'emergency.declared'] as const)
  EVENTS.inc({ event }, 0);

/** The one place where it is told what people did to access. */
@Injectable()
export class PeopleRecord {
  constructor(
    private readonly database: Database,
    @Inject(CHANGES) private readonly changes: Changes,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * To be called within the transaction of the change; it is told once that has committed.
   * @param by subject of who did it @param id `GRANT-12`, `EMERGENCY-7` @param detail JSON values
   */
  async record(
    event: PeopleEvent,
    by: string,
    {
      id,
      ...detail
    }: { readonly id: string; readonly target: Target; readonly subject: string } & Readonly<
      Record<string, unknown>
    >,
  ): Promise<void> {
    const { target, ...said } = detail;
    await this.changes.change(by, {
      ...{ action: event, on: 'access', name: id, namespace: target.namespace },
      detail: { ...said, target: targetText(target) },
    });
    const told = { event, by, id, ...detail, target: targetText(detail.target) };
    this.database.afterCommit(() => {
      EVENTS.inc({ event });
      if (event === 'emergency.declared') this.log.warn(told, 'emergency declared');
      else this.log.info(told, 'access changed');
    });
  }
}
