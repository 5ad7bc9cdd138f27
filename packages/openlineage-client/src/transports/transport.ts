import { InvalidEventError } from '../errors.js';
import type { LineageEvent } from '../generated/types.js';

/** What carries events to their reader. Each promise settles once the events are accepted or given up. */
export interface Transport {
  /** a short name for messages and configuration, e.g. `http` */
  readonly kind: string;

  /** @throws {EmissionError} the event was not accepted, and no further try will be made */
  emit(event: LineageEvent): Promise<void>;

  /**
   * Sends events in order; an empty list sends nothing.
   * @throws {BatchEmissionError} naming the events that were not accepted
   */
  emitBatch(events: readonly LineageEvent[]): Promise<void>;

  /** Gives up what is under way, which then fails by its own promise, and frees what is held. May be called twice. */
  close(): Promise<void>;
}

/**
 * @returns the event on one line of JSON
 * @throws {InvalidEventError} it holds what JSON cannot, such as a bigint or a cycle
 */
export function serialize(event: LineageEvent, path = 'event'): string {
  try {
    return JSON.stringify(event);
  } catch (error) {
    throw new InvalidEventError(path, `cannot be written as JSON: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Like serialize, for the events of a batch. */
export function serializeAll(events: readonly LineageEvent[]): string[] {
  return events.map((event, index) => serialize(event, `events[${index}]`));
}
