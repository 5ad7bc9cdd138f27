import { InvalidEventError } from '../errors.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i;

/** @throws {InvalidEventError} not an absolute URI */
export function requireUri(field: string, value: string): string {
  if (!URL.canParse(value)) throw new InvalidEventError(field, `must be an absolute URI, not "${value}"`);
  return value;
}

/** @throws {InvalidEventError} not a UUID */
export function requireUuid(field: string, value: string): string {
  if (!UUID.test(value)) throw new InvalidEventError(field, `must be a UUID, not "${value}"`);
  return value;
}

/** @throws {InvalidEventError} empty */
export function requireText(field: string, value: string): string {
  if (typeof value !== 'string' || value === '')
    throw new InvalidEventError(field, 'must be a text that is not empty');
  return value;
}

/**
 * @returns RFC 3339; a text as it was, a Date in UTC with milliseconds
 * @throws {InvalidEventError} not an instant, or a text without an offset
 */
export function requireInstant(field: string, value: Date | string): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new InvalidEventError(field, 'must be a valid date');
    return value.toISOString();
  }
  if (!RFC3339.test(value) || Number.isNaN(Date.parse(value))) {
    throw new InvalidEventError(field, `must be an RFC 3339 date and time with an offset, not "${value}"`);
  }
  return value;
}
