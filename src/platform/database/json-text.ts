/**
 * A value as text for a `jsonb` column, which holds neither NUL nor half of a surrogate pair, as a text has that was cut in the middle of
 * one: U+FFFD takes their place.
 */
export function jsonText(value: object): string {
  return JSON.stringify(value).replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape, what: string) =>
    what.length > 1 ? '\ufffd' : escape,
  );
}
