import type { ColumnMask } from '../api/governance-types.js';

const PARTS: Readonly<Record<string, string>> = {
  null: 'left out',
  redact: 'shown as REDACTED',
  hmac: 'replaced by keyed digests, which can be joined',
  sha256: 'replaced by SHA-256 digests',
};

/** What a mask does to the values of a column: `the last 4 characters stay`. */
export function maskWords(mask: string): string {
  const [kind = '', argument = ''] = splitOnce(mask);
  if (kind === 'constant') return `shown as “${argument}”`;
  if (kind === 'partial') return `starred, but for the last ${argument} characters`;
  if (kind === 'date') return argument === 'day' ? 'cut to the day' : `cut to the ${argument}`;
  return PARTS[kind] ?? mask;
}

/** The mask over each column; of structs, of the column that a field is in as well. Names are compared without case, as masks are carried out. */
export function masksByColumn(masks: readonly ColumnMask[]): (column: string) => ColumnMask | undefined {
  const byName = new Map(masks.map((mask) => [mask.column.toLowerCase(), mask]));
  return (column) => {
    const parts = column.toLowerCase().split('.');
    for (let length = parts.length; length > 0; length -= 1) {
      const mask = byName.get(parts.slice(0, length).join('.'));
      if (mask !== undefined) return mask;
    }
    return undefined;
  };
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf(':');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
