import { StoreUnfitError } from './errors.js';
import type { StoreCapabilities } from './object-store.js';

/** Abilities that immutable, verified content needs, as an operator would look them up. The others are told of, and done without. */
const NEEDED = {
  readAfterWrite:
    'strong consistency (an object can be read and listed as soon as it is written, until it is deleted)',
  conditionalPut: 'conditional PUT on objects (If-None-Match: *)',
  rangedReads: 'ranged reads (Range: bytes=…)',
} as const;

/** @throws {StoreUnfitError} naming all that is missing */
export function assertFit(capabilities: StoreCapabilities): void {
  const missing = Object.entries(NEEDED)
    .filter(([ability]) => !capabilities[ability as keyof typeof NEEDED])
    .map(([, name]) => name);
  if (missing.length > 0) throw new StoreUnfitError(capabilities.location, missing);
}
