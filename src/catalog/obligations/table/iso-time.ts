/** A date, or a date with a time, as ISO 8601 writes them; years 0001–9999. Understood alike by JavaScript and by DuckDB (RE2). */
export const ISO_TIME =
  '(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])' +
  '(?:[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]{1,9})?)?(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])?)?';
const PATTERN = new RegExp(`^${ISO_TIME}$`);

/** The day that a text names, `YYYY-MM-DD`; undefined when it names none, 30 February included. */
export function isoDay(text: string): string | undefined {
  if (!PATTERN.test(text)) return undefined;
  const day = text.slice(0, 10);
  const midnight = new Date(`${day}T00:00:00Z`);
  // JavaScript takes 30 February for a day in March.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day) ? day : undefined;
}

/** Milliseconds since 1970; without a zone it is UTC. Undefined when the text is no such time. */
export function isoTime(text: string): number | undefined {
  if (isoDay(text) === undefined) return undefined;
  const [, day, time = '00:00', seconds = '', zone = 'Z'] =
    /^(.{10})(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(Z|[+-].*)?)?$/.exec(text) ?? [];
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const fixed = seconds.replace(/(\.\d{3})\d+$/, '$1');
  return Date.parse(`${day}T${time}${fixed === '' ? ':00' : fixed}${offset}`);
}
