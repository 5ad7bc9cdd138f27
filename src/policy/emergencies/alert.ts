import { Inject, Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import {
  assertOutsideTransaction,
  CONFIG,
  type Config,
  metricsRegistry,
  Outbox,
} from '../../platform/index.js';
import { targetText } from '../overlay/target.js';
import type { Emergency } from './emergency-state.js';
import { EmergencyRepository } from './emergency.repository.js';

const TOPIC = 'emergency.declared';
const TIMEOUT_MS = 10_000;

const PAYLOAD = z.looseObject({ id: z.string() });

/** Tells the world outside that somebody declared an emergency: by a webhook, as often as it takes, and by metrics. */
@Injectable()
export class EmergencyAlert {
  constructor(
    private readonly outbox: Outbox,
    @Inject(CONFIG) private readonly config: Config,
    emergencies: EmergencyRepository,
  ) {
    outbox.handle(TOPIC, ({ payload }) => this.post(PAYLOAD.parse(payload)));
    metricsRegistry.removeSingleMetric('cairn_emergencies');
    new Gauge({
      name: 'cairn_emergencies',
      help: 'Emergencies that nobody has reviewed, by state: open, ended.',
      labelNames: ['state'],
      registers: [metricsRegistry],
      async collect() {
        const counts = await emergencies.counts().catch(() => undefined);
        this.reset();
        if (counts === undefined) return;
        this.set({ state: 'open' }, counts.open);
        this.set({ state: 'ended' }, counts.ended);
      },
    });
  }

  /** Within the transaction that declares it. */
  async announce({ id, subject, actions, reason, openedAt, until, ...target }: Emergency): Promise<void> {
    if (this.config.CAIRN_ALERT_WEBHOOK === undefined) return;
    const payload = {
      ...{ event: TOPIC, id: `EMERGENCY-${id}`, subject, target: targetText(target), actions, reason },
      ...{ openedAt: openedAt.toISOString(), until: until.toISOString() },
    };
    await this.outbox.append([{ topic: TOPIC, orderingKey: id, payload }]);
  }

  private async post(payload: z.infer<typeof PAYLOAD>): Promise<void> {
    assertOutsideTransaction('the alert webhook');
    const url = this.config.CAIRN_ALERT_WEBHOOK;
    if (url === undefined) return;
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', 'idempotency-key': payload.id },
      body: JSON.stringify(payload),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the alert webhook answers ${response.status}`);
  }
}
