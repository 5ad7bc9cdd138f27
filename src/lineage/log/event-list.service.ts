import { idOfAsset } from '../projection/asset-ids.js';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import {
  InvalidInputError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { assetsNamedIn } from '../assets/names-in.js';
import { Views } from '../graph/view.js';
import { EventListRepository, type EventRecord } from './event-list.repository.js';

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
    const request = pageRequest<readonly [string]>(args, 1);
    if (request.after !== undefined && !/^\d{1,18}$/.test(String(request.after[0]))) {
      throw new InvalidInputError('after', 'must be the endCursor of an earlier page of this list');
    }
    const visible = await this.policy.plan(caller, 'list');
    const rows = await this.events.list(validate(FILTER, filter, 'filter'), visible, request);
    return pageOf(await this.seen(caller, rows), request, (event) => [event.seq]);
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
