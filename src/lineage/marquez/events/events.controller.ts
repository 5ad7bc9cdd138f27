import { Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { EventListService, type TimedEvent } from '../../log/event-list.service.js';
import { INSTANT, limit, SLICE } from '../http/inputs.js';
import { MarquezController } from '../http/marquez-controller.js';

const EVENTS = SLICE.extend({
  // Events are whole, and one may have a megabyte.
  limit: limit(100, 200),
  after: INSTANT,
  before: INSTANT,
  sortDirection: z
    .string({ error: 'must be given once' })
    .transform((way) => way.toLowerCase())
    .pipe(z.enum(['asc', 'desc'], { error: 'must be asc or desc' }))
    .default('desc'),
});

/** Marquez's `GET /events/lineage`. */
@MarquezController()
export class MarquezEventsController {
  constructor(private readonly events: EventListService) {}

  @Get('events/lineage')
  async list(
    @Caller() caller: Principal,
    @Query() query: unknown,
  ): Promise<{ events: object[]; totalCount: number }> {
    const { sortDirection, ...slice } = validate(EVENTS, query);
    const { events, total } = await this.events.ofRuns(caller, {
      ...slice,
      isAscending: sortDirection === 'asc',
    });
    return { events: events.map(eventShape), totalCount: total };
  }
}

/** The event as it came; where it names what the caller may not see, what is left is who ran when. */
function eventShape({ body, envelope, eventTime, runId }: TimedEvent): object {
  if (body !== null) return body;
  const { eventType, producer, schemaUrl, job } = envelope;
  return {
    ...{ eventType, eventTime, run: { runId, facets: {} }, job: { ...job, facets: {} } },
    ...{ inputs: [], outputs: [], producer, schemaURL: schemaUrl },
  };
}
