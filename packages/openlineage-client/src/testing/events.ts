import { runEvent } from '../events/events.js';
import { newRunId } from '../events/run-id.js';
import type { RunEvent } from '../generated/types.js';

/** The producer of the events made here. */
export const PRODUCER = 'https://example.org/etl/v1';

/** A run event of the job `shop.<name>`. */
export function eventOf(name: string): RunEvent {
  return runEvent({
    producer: PRODUCER,
    eventType: 'COMPLETE',
    run: { runId: newRunId() },
    job: { namespace: 'shop', name },
  });
}
