const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,3})?(?:Z|[+-](\d{2}):(\d{2}))$/;

/**
 * Reads an instant as policy files write it: `2026-12-31T00:00:00Z`, with seconds and with `Z` or an offset, because
 * a date without them would mean another moment on another machine.
 * @returns milliseconds since 1970, or undefined when the text is no such instant (30 February included)
 */
export function parseInstant(text: string): number | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, offsetHour, offsetMinute] = match.map(Number);
  const midnight = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  // Date.UTC rolls 30 February over into March.
  if (midnight.getUTCMonth() + 1 !== month || midnight.getUTCDate() !== day) return undefined;
  if ((hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return undefined;
  // An instant in Z has no offset groups: NaN is over no limit.
  if ((offsetHour ?? 0) > 14 || (offsetMinute ?? 0) > 59) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}
