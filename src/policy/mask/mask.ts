/** What a date is cut down to. */
export const DATE_PARTS = ['year', 'month', 'day'] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/**
 * A transform of values that an obligation asks for, as written in the `mask` column:
 * - `null` no value · `redact` the word REDACTED in its place · `constant:TEXT` a text of one's own, 1–64 characters
 * - `hmac` the value's digest (HMAC-SHA-256 in hex) by a key of the installation · `sha256` its plain digest, which a list of
 *   likely values gives away
 * - `partial:N` all but the last N characters (1–32) starred; values of N and fewer characters wholly
 * - `date:year`, `date:month`, `date:day` the first day of it; what is no date has no value
 */
export type Mask =
  | { readonly kind: 'null' | 'redact' | 'hmac' | 'sha256' }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'partial'; readonly shown: number }
  | { readonly kind: 'date'; readonly part: DatePart };

/** What the `mask` column of an exemption says. */
export const NO_MASK = 'none';

const MAX_SHOWN = 32;
/** Nothing that a CSV file would have to quote but the space. */
const CONSTANT = /^constant:([A-Za-z0-9](?:[A-Za-z0-9 ._@*-]{0,62}[A-Za-z0-9._@*-])?)$/;

/** Parses a mask's name, or hands back a sentence saying what is wrong. */
export function parseMask(text: string): Mask | string {
  if (text === 'null' || text === 'redact' || text === 'hmac' || text === 'sha256') return { kind: text };
  const shown = Number(/^partial:([1-9]\d?)$/.exec(text)?.[1]);
  if (shown <= MAX_SHOWN) return { kind: 'partial', shown };
  const constant = CONSTANT.exec(text)?.[1];
  if (constant !== undefined) return { kind: 'constant', text: constant };
  const part = DATE_PARTS.find((each) => text === `date:${each}`);
  if (part !== undefined) return { kind: 'date', part };
  return (
    `"${text}" is not a mask; there are null, redact, constant:TEXT, hmac, sha256, partial:N with N from 1 to ${MAX_SHOWN}, ` +
    'date:year, date:month and date:day'
  );
}

/** The mask as policies write it. */
export function maskName(mask: Mask): string {
  switch (mask.kind) {
    case 'partial':
      return `partial:${mask.shown}`;
    case 'constant':
      return `constant:${mask.text}`;
    case 'date':
      return `date:${mask.part}`;
    default:
      return mask.kind;
  }
}

/**
 * The mask that lets least through: `null`, `redact`, `constant` (of two the first by its text), `hmac`, `sha256`, then `partial:N` by
 * ascending N, then `date:year`, `date:month`, `date:day`. A partial value and a date show each what the other hides: where both are asked
 * for and nothing stricter is, the answer is `redact`.
 * @returns undefined of none
 */
export function strictestMask(masks: readonly Mask[]): Mask | undefined {
  const [strictest] = [...masks].sort(
    (a, b) => leniency(a) - leniency(b) || (maskName(a) < maskName(b) ? -1 : 1),
  );
  const isMixed = strictest?.kind === 'partial' && masks.some(({ kind }) => kind === 'date');
  return isMixed ? { kind: 'redact' } : strictest;
}

function leniency(mask: Mask): number {
  switch (mask.kind) {
    case 'null':
      return 0;
    case 'redact':
      return 1;
    case 'constant':
      return 2;
    case 'hmac':
      return 3;
    case 'sha256':
      return 4;
    case 'partial':
      return 4 + mask.shown;
    case 'date':
      return 5 + MAX_SHOWN + DATE_PARTS.indexOf(mask.part);
  }
}
