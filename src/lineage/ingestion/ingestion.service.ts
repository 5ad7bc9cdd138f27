import { AsyncLocalStorage } from 'node:async_hooks';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { CONFIG, type Config, DomainError, HealthChecks, InvalidInputError } from '../../platform/index.js';
import { currentTraceparent, inSpan, withTraceparent } from '../../platform/tracing/index.js';
import type { EventWarning } from '../events/validate-event.js';
import { EventLogRepository } from '../log/event-log.repository.js';
import { ingestedEvents } from '../metrics.js';
import { type BatchAnswer, batchAnswerOf } from './batch-answer.js';
import { type Emission, EmissionCheck } from './emission-check.js';
import { acceptedOf } from './accepted-event.js';
import { type AcceptedEvent, EventStore, type Stored } from './event-store.js';
import { ByteBound } from './byte-bound.js';
import { IngestLanes } from './ingest-lanes.js';
import { SqlStatements } from '../sql/sql-statements.js';
import { prepareEvent, type PreparedEvent, withStatement } from './prepare-event.js';

/** Events of one batch request at most. */
export const MAX_BATCH_EVENTS = 1_000;

const LANES = {
  lanes: 3,
  maxItems: 500,
  maxBatchBytes: 8 * 1024 ** 2,
  maxWaitingBytes: 128 * 1024 ** 2,
  gatherMs: 2,
} as const;

/** What the sender of an event is told. */
export interface Receipt {
  /** The event's id in the log. */
  readonly id: string;
  /** The same event was stored before; nothing changed. */
  readonly isDuplicate: boolean;
  readonly warnings: readonly EventWarning[];
  /** Why the graph does not show the event yet; absent when it does. */
  readonly projectionError?: string;
}

interface Item extends Emission {
  readonly sizeBytes: number;
  readonly traceparent: string | null;
}

/** Takes events in: checked, redacted, authorized, and on disk before the answer. */
@Injectable()
export class IngestionService implements BeforeApplicationShutdown {
  private readonly lanes = new IngestLanes<Item, Receipt>(LANES, (items) =>
    traced(items, () => this.takeIn(items)),
  );

  /** Of events whose statements are read, which takes the time of one after the other. */
  private readonly readingBytes = new ByteBound(LANES.maxWaitingBytes);

  constructor(
    private readonly check: EmissionCheck,
    private readonly store: EventStore,
    private readonly statements: SqlStatements,
    log: EventLogRepository,
    health: HealthChecks,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    health.register('lineage', async () => {
      const unprojectedEvents = await log.countUnprojected();
      return { isReady: true, isDegraded: unprojectedEvents > 0, report: { unprojectedEvents } };
    });
  }

  /**
   * Takes one event.
   * @throws {InvalidInputError} naming path and rule
   * @throws {AccessDeniedError} naming the policy rule
   * @throws {EventLogUnavailableError} nothing is stored, it can be sent again
   */
  async ingest(caller: Principal, value: unknown): Promise<Receipt> {
    const event = await this.prepare(value);
    const inContext = AsyncLocalStorage.snapshot();
    const traceparent = currentTraceparent();
    return this.lanes.pass({ caller, event, inContext, traceparent, sizeBytes: event.bodyJson.length });
  }

  /** Takes one event as JSON text, of at most as many bytes as a request body. @throws as {@link ingest} */
  async ingestText(caller: Principal, text: string): Promise<Receipt> {
    if (Buffer.byteLength(text) > this.config.CAIRN_MAX_BODY_BYTES)
      throw new InvalidInputError('body', `must be at most ${this.config.CAIRN_MAX_BODY_BYTES} bytes`);
    return this.ingest(caller, parseJson(text));
  }

  /** Takes up to 1,000 events, each for itself. Source: OpenLineage HTTP API, `POST /lineage/batch`. */
  async ingestBatch(caller: Principal, values: unknown): Promise<BatchAnswer> {
    if (!Array.isArray(values)) throw new InvalidInputError('body', 'must be a list of OpenLineage events');
    if (values.length > MAX_BATCH_EVENTS) {
      throw new InvalidInputError(
        'body',
        `must hold at most ${MAX_BATCH_EVENTS} events, not ${values.length}`,
      );
    }
    const outcomes = await Promise.allSettled(values.map((value: unknown) => this.ingest(caller, value)));
    return batchAnswerOf(outcomes);
  }

  /** Lets what was accepted reach the disk. */
  async beforeApplicationShutdown(): Promise<void> {
    while (!this.lanes.isIdle) await new Promise((resolve) => setTimeout(resolve, 10));
  }

  private async prepare(value: unknown): Promise<PreparedEvent> {
    const event = this.checked(value);
    const statement = await this.readingBytes.during(event.bodyJson.length, () =>
      this.statements.read(event.body),
    );
    return statement === undefined ? event : withStatement(event, statement);
  }

  private checked(value: unknown): PreparedEvent {
    try {
      return prepareEvent(value);
    } catch (error) {
      ingestedEvents.inc({ outcome: 'invalid' });
      throw error;
    }
  }

  private async takeIn(items: readonly Item[]): Promise<({ ok: Receipt } | { error: unknown })[]> {
    try {
      const { verdicts, isInCatalog } = await this.check.check(items);
      const accepted = items.flatMap((item, i): [number, AcceptedEvent][] => {
        const verdict = verdicts[i]!;
        return 'withheld' in verdict ? [[i, acceptedOf(item, verdict.withheld)]] : [];
      });
      const stored =
        accepted.length === 0
          ? []
          : await this.store.store(
              accepted.map(([, event]) => event),
              isInCatalog,
            );
      const outcomes = verdicts.map(
        (verdict) =>
          ({ error: 'refusal' in verdict ? verdict.refusal : undefined }) as
            { ok: Receipt } | { error: unknown },
      );
      accepted.forEach(([i, event], at) => (outcomes[i] = { ok: receiptOf(event, stored[at]!) }));
      for (const outcome of outcomes) ingestedEvents.inc({ outcome: outcomeOf(outcome) });
      return outcomes;
    } catch (error) {
      ingestedEvents.inc({ outcome: 'failed' }, items.length);
      throw error;
    }
  }
}

/** A batch is part of the first request's trace, and is linked to those of the others that share it. */
function traced<T>(items: readonly Item[], work: () => Promise<T>): Promise<T> {
  const [first, ...others] = new Set(items.map(({ traceparent }) => traceparent));
  const options = { attributes: { 'cairn.lineage.events': items.length }, links: others };
  return withTraceparent(first, () => inSpan('take in events', options, work));
}

function receiptOf(
  { event: { id, warnings } }: AcceptedEvent,
  { isDuplicate, projectionError }: Stored,
): Receipt {
  return { id, isDuplicate, warnings, ...(projectionError === null ? {} : { projectionError }) };
}

function outcomeOf(outcome: { ok: Receipt } | { error: unknown }): string {
  if ('error' in outcome) return outcome.error instanceof DomainError ? 'denied' : 'failed';
  if (outcome.ok.projectionError !== undefined) return 'unprojected';
  return outcome.ok.isDuplicate ? 'duplicate' : 'stored';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's message quotes the text, which may hold a secret.
    const [position] = /position \d+/.exec((error as Error).message) ?? [];
    throw new InvalidInputError(
      'body',
      `must be JSON${position === undefined ? '' : `: it is not at ${position}`}`,
    );
  }
}
