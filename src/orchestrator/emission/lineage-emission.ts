import { HttpTransport, type JobEvent, type RunEvent } from '@cairn/openlineage-client';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { ServiceAccount } from '../../identity/index.js';
import { assertOutsideTransaction, Outbox, type OutboxMessage } from '../../platform/index.js';
import { inSpan, SpanKind, traceHeaders } from '../../platform/tracing/index.js';
import { OwnServer } from './own-server.js';

/** Outbox topic: an OpenLineage event to be posted. Payload: `{ event }`. Ordered per job name. */
export const LINEAGE_EMIT = 'lineage.emit';

/** All tries of one delivery end well before the outbox takes the message for abandoned, after 60 s. */
const SENDING = {
  timeoutMs: 10_000,
  retry: { maxAttempts: 3, baseDelayMs: 100, maxDelayMs: 1_000, maxRetryAfterMs: 5_000 },
} as const;

/** Who makes the events of this room: the `producer` of all of them. */
export const PRODUCER = 'urn:cairn:orchestrator';

/**
 * Tells of runs and deployments as every other producer does: OpenLineage events posted to Cairn's own ingestion, with a token
 * of `service:cairn`. They leave by the outbox, so that each is posted at least once if its transaction commits, and never if
 * it does not. An event that is refused again and again ends among the dead letters.
 */
@Injectable()
export class LineageEmission implements OnApplicationShutdown {
  private transport: { readonly url: string; readonly http: HttpTransport } | undefined;

  constructor(
    private readonly outbox: Outbox,
    private readonly server: OwnServer,
    private readonly account: ServiceAccount,
  ) {
    outbox.handle(LINEAGE_EMIT, (message) => this.post(message));
  }

  /** Writes an event to the outbox, in the transaction under way. Events of one job are posted in the order of their writing. */
  async append(event: RunEvent | JobEvent): Promise<void> {
    await this.outbox.append([{ topic: LINEAGE_EMIT, orderingKey: event.job.name, payload: { event } }]);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport?.http.close();
  }

  private async post({ payload }: OutboxMessage): Promise<void> {
    assertOutsideTransaction('posting a lineage event');
    const http = await this.transportTo(await this.server.url());
    const options = { kind: SpanKind.CLIENT, attributes: { 'http.request.method': 'POST' } };
    await inSpan('emit lineage event', options, () => http.emit(payload['event'] as RunEvent | JobEvent));
  }

  private async transportTo(url: string): Promise<HttpTransport> {
    if (this.transport?.url !== url) {
      await this.transport?.http.close();
      const http = new HttpTransport({
        url,
        token: () => this.account.token(),
        headers: traceHeaders,
        ...SENDING,
      });
      this.transport = { url, http };
    }
    return this.transport.http;
  }
}
