import { idOfAsset } from '../projection/asset-ids.js';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { numberedPageRequest, type Page, type PageArgs, pageOf, validate } from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { assetsNamedIn } from '../assets/names-in.js';
import { type JsonObject, textAt } from '../events/json.js';
import type { EventWarning } from '../events/validate-event.js';
import { Views } from '../graph/view.js';
import { namePairIn } from '../projection/identity.js';
import { EventListRepository, type EventRecord, type EventSlice } from './event-list.repository.js';

const FILTER = z.object({
  assetId: z.uuid({ error: 'must be the id of an asset (a UUID)' }).optional(),
  runId: z.uuid({ error: 'must be the id of a run (a UUID)' }).optional(),
  isUnprojected: z.boolean().optional(),
});

/** An event as a caller sees it. */
export type SeenEvent = Omit<EventRecord, 'body' | 'warnings'> & {
  /** Null when it names an asset that the caller may not know of. */
  readonly body: object | null;
  readonly warnings: EventRecord['warnings'];
};

/** What may be told of an event to everybody who sees its job, also where its body is withheld. */
export interface RunEnvelope {
  readonly eventType: string | undefined;
  readonly producer: string | undefined;
  readonly schemaUrl: string | undefined;
  readonly job: { readonly namespace: string; readonly name: string };
}

export type TimedEvent = SeenEvent & { readonly envelope: RunEnvelope };

function envelopeOf({ body }: EventRecord): RunEnvelope {
  const { eventType, producer, schemaURL, job } = body as JsonObject;
  return {
    eventType: textAt(eventType),
    producer: textAt(producer),
    schemaUrl: textAt(schemaURL),
    job: namePairIn(job)!,
  };
}

/** What was odd about an event of a run. */
export interface RunWarning extends EventWarning {
  readonly eventId: string;
  readonly eventTime: Date;
}

/** Events, and warnings, of a run at most. */
const MAX_WARNED = 100;

/** The log for people: events about what they may see. */
@Injectable()
export class EventListService {
  constructor(
    private readonly events: EventListRepository,
    private readonly policy: Policy,
    private readonly views: Views,
  ) {}

  /** The latest to arrive first. Events about jobs (or, alone, datasets) that the caller may not list are absent. */
  async list(caller: Principal, filter: z.input<typeof FILTER>, args: PageArgs): Promise<Page<SeenEvent>> {
    const request = numberedPageRequest(args);
    const visible = await this.policy.plan(caller, 'list');
    const rows = await this.events.list(validate(FILTER, filter, 'filter'), visible, request);
    return pageOf(await this.seen(caller, rows), request, (event) => [event.seq]);
  }

  /** Events of runs by event time, and how many there are, up to 100,000. What the caller may not list is absent and not counted. */
  async ofRuns(caller: Principal, slice: EventSlice): Promise<{ events: TimedEvent[]; total: number }> {
    const visible = await this.policy.plan(caller, 'list');
    const { events, total } = await this.events.ofRuns(slice, visible);
    const seen = await this.seen(caller, events);
    return { events: seen.map((event, i) => ({ ...event, envelope: envelopeOf(events[i]!) })), total };
  }

  /**
   * What was odd about the events of a run, each oddity once with the event that told it: the first 100 of the last 1,000 events with
   * warnings. The caller of this may see the run; of events that name what they may not know of nothing is told.
   */
  async warningsOfRun(caller: Principal, runId: string): Promise<RunWarning[]> {
    const events = await this.seen(caller, await this.events.warningOfRun(runId, MAX_WARNED));
    const warnings = new Map<string, RunWarning>();
    for (const { id, eventTime, warnings: told } of events) {
      for (const { path, rule } of told) {
        const key = JSON.stringify([path, rule]);
        if (!warnings.has(key)) warnings.set(key, { path, rule, eventId: id, eventTime });
      }
    }
    return [...warnings.values()].slice(0, MAX_WARNED);
  }

  private async seen(caller: Principal, rows: readonly EventRecord[]): Promise<SeenEvent[]> {
    const named = rows.map((row) => [...new Set([...row.assetIds, ...assetsNamedIn(row.body, idOfAsset)])]);
    const hidden = await this.views.hidden(caller, [...new Set(named.flat())]);
    return rows.map((row, i) => {
      const isWithheld = named[i]!.some((id) => hidden.has(id));
      return isWithheld
        ? { ...row, body: null, warnings: [], projectionError: row.projectionError && 'withheld' }
        : row;
    });
  }
}
