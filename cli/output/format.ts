const SIZES = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `12 B`, `1.5 KiB`, `340 MiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < SIZES.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const shown =
    unit === 0 || value >= 100 ? Math.round(value).toString() : value.toFixed(1).replace(/\.0$/, '');
  return `${shown} ${SIZES[unit]}`;
}

/** Rows in columns that are as wide as their widest cell; the last one is not padded. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const lines = [head.map((title) => title.toUpperCase()), ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `2026-03-01 12:30:05Z`, or a dash. */
export function formatInstant(instant: string | null | undefined): string {
  if (instant === null || instant === undefined) return '-';
  return new Date(instant)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}

/** The first 12 digits of a commit id. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** A text of `name  value` lines. Absent values become dashes. */
export function formatFields(fields: Readonly<Record<string, string | number | null | undefined>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(
      ([name, value]) =>
        `${name.padEnd(width)}  ${value === null || value === undefined || value === '' ? '-' : value}`,
    )
    .join('\n');
}
