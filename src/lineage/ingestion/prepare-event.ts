import { assetIdOf } from '../../catalog/index.js';
import { canonicalJson, sha256Hex } from '../events/canonical-json.js';
import type { EventBody, EventKind } from '../events/event.js';
import { redact } from '../events/redaction.js';
import { type EventWarning, validateEvent } from '../events/validate-event.js';
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
}

/**
 * Checks an event and takes secrets out of it, before anything else sees it. Changes `value` in place.
 * @throws {InvalidInputError} naming path and rule
 */
export function prepareEvent(value: unknown): PreparedEvent {
  const { body, kind, warnings } = validateEvent(value);
  const alterations = redact(body);
  const bodyJson = canonicalJson(body);
  return {
    id: sha256Hex(bodyJson),
    kind,
    body,
    bodyJson,
    warnings: [...warnings, ...alterations],
    emissions: emissionsOf(body, assetIdOf),
  };
}
