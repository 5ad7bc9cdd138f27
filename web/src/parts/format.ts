const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

/** `3 days ago`. @param now milliseconds since 1970 */
export function ago(instant: string, now: number = Date.now()): string {
  const seconds = (Date.parse(instant) - now) / 1000;
  const unit = UNITS.find(([, size]) => Math.abs(seconds) >= size);
  return unit === undefined ? 'just now' : relative.format(Math.round(seconds / unit[1]), unit[0]);
}

/** Date and time in the reader's own time zone. */
export function when(instant: string): string {
  return exact.format(new Date(instant));
}

/** `850 ms`, `12 s`, `3 min 4 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** The first 10 digits of a commit's id, enough to name it. */
export function shortId(id: string): string {
  return id.slice(0, 10);
}

/** `1,234 (+34)`; unknown counts are dashes. */
export function rowChange(before: number | null, after: number | null): string {
  if (after === null) return before === null ? '–' : `${before.toLocaleString('en')} → –`;
  const change =
    before === null
      ? ''
      : ` (${after >= before ? '+' : '−'}${Math.abs(after - before).toLocaleString('en')})`;
  return `${after.toLocaleString('en')}${change}`;
}
