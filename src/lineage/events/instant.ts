const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(Z|z|[+-]\d\d(?::?\d\d)?)$/;

/**
 * An instant in one spelling: UTC with six decimals, `2026-11-23T21:26:47.183986Z`. Texts of this form sort like the instants they
 * stand for, and PostgreSQL keeps them exactly.
 * @param text RFC 3339 with an offset, any number of decimals
 * @returns undefined when it is no instant of the years 1 to 9999
 */
export function instantOf(text: string): string | undefined {
  const [, year, month, day, hour, minute, second, fraction = '', offset = 'Z'] = RFC_3339.exec(text) ?? [];
  if (year === undefined || !isDay(Number(year), Number(month), Number(day))) return undefined;
  // PostgreSQL and Java know leap seconds only as the second after.
  const isLeapSecond = second === '60';
  const base = `${year}-${month}-${day}T${hour}:${minute}:${isLeapSecond ? '59' : second}`;
  const epochMs = Date.parse(`${base}${canonicalOffset(offset)}`) + (isLeapSecond ? 1000 : 0);
  if (Number.isNaN(epochMs) || epochMs < FIRST_MS || epochMs > LAST_MS) return undefined;
  return `${new Date(epochMs).toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59Z');

function canonicalOffset(offset: string): string {
  if (offset === 'Z' || offset === 'z') return 'Z';
  const digits = offset.replace(':', '').padEnd(5, '0');
  return `${digits.slice(0, 3)}:${digits.slice(3)}`;
}

function isDay(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
