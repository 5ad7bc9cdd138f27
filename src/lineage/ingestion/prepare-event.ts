import { idOfAsset } from '../projection/asset-ids.js';
import { inOrder, sha256Hex } from '../events/canonical-json.js';
import type { EventBody, EventKind, LoggedEvent } from '../events/event.js';
import { redact } from '../events/redaction.js';
import { redactText } from '../events/redaction-rules.js';
import { type EventWarning, validateEvent } from '../events/validate-event.js';
import type { Facts } from '../projection/facts.js';
import { factsOf } from '../projection/facts-of.js';
import type { ReadStatement } from '../sql/sql-statements.js';
import { type Emissions, emissionsOf } from './emissions.js';

/** An event that was checked and redacted, and is neither authorized nor stored yet. */
export interface PreparedEvent {
  /** SHA-256 in hex of `bodyJson`. */
  readonly id: string;
  readonly kind: EventKind;
  readonly body: EventBody;
  /** The canonical JSON of `body`. */
  readonly bodyJson: string;
  readonly warnings: readonly EventWarning[];
  readonly emissions: Emissions;
  /** What its SQL was read to tell; absent where nobody has to read it. */
  readonly statement?: ReadStatement;
  /** What it says about the graph, or why that cannot be told. */
  readonly reading: Reading;
}

/** The facts of an event, or what went wrong in reading it. */
export type Reading = { readonly facts: Facts } | { readonly error: string };

/** Reads an event's facts; an event that cannot be read is no failure, it is stored with the error. */
export function readFacts(event: LoggedEvent, statement?: ReadStatement): Reading {
  try {
    return { facts: factsOf(event, idOfAsset, statement) };
  } catch (error) {
    return { error: String(error).slice(0, 2_000) };
  }
}

/**
 * Checks an event and takes secrets out of it, before anything else sees it. Changes `value` in place.
 * @throws {InvalidInputError} naming path and rule
 */
export function prepareEvent(value: unknown): PreparedEvent {
  const { body: checked, kind, warnings } = validateEvent(value);
  const alterations = redact(checked);
  const { value: body, json: bodyJson } = inOrder(checked);
  const id = sha256Hex(bodyJson);
  return {
    id,
    kind,
    body,
    bodyJson,
    warnings: [...warnings.map(withoutSecrets), ...alterations],
    emissions: emissionsOf(body, idOfAsset),
    reading: readFacts({ id, body, withheld: [] }),
  };
}

/** The same event with what its SQL tells. What could not be read of it is odd, and no more than that. */
export function withStatement(event: PreparedEvent, statement: ReadStatement): PreparedEvent {
  const { id, body, warnings } = event;
  const unread = statement.problems.map((told) => ({
    path: 'job.facets.sql.query',
    rule: `what it says of columns is not all told: ${redactText(told).text}`,
  }));
  return {
    ...event,
    statement,
    warnings: [...warnings, ...unread],
    reading: readFacts({ id, body, withheld: [] }, statement),
  };
}

/** Paths are made of names out of the event as it came. */
function withoutSecrets({ path, rule }: EventWarning): EventWarning {
  return { path: redactText(path).text, rule };
}
