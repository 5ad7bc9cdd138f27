/**
 * A transform of values that an obligation asks for, as written in the `mask` column:
 * - `null` no value · `redact` a constant in its place · `sha256` the value's digest in hex
 * - `partial:N` all but the last N characters (1–32) starred
 */
export type Mask =
  { readonly kind: 'null' | 'redact' | 'sha256' } | { readonly kind: 'partial'; readonly shown: number };

/** What the `mask` column of an exemption says. */
export const NO_MASK = 'none';

const MAX_SHOWN = 32;

/** Parses a mask's name, or hands back a sentence saying what is wrong. */
export function parseMask(text: string): Mask | string {
  if (text === 'null' || text === 'redact' || text === 'sha256') return { kind: text };
  const shown = Number(/^partial:([1-9]\d?)$/.exec(text)?.[1]);
  if (shown <= MAX_SHOWN) return { kind: 'partial', shown };
  return `"${text}" is not a mask; there are null, redact, sha256 and partial:N with N from 1 to ${MAX_SHOWN}`;
}

/** The mask as policies write it. */
export function maskName(mask: Mask): string {
  return mask.kind === 'partial' ? `partial:${mask.shown}` : mask.kind;
}

/** The mask that lets least through: `null`, `redact`, `sha256`, then `partial:N` by ascending N. */
export function strictestMask(masks: readonly Mask[]): Mask | undefined {
  return masks.reduce<Mask | undefined>(
    (strictest, mask) => (strictest === undefined || leniency(mask) < leniency(strictest) ? mask : strictest),
    undefined,
  );
}

function leniency(mask: Mask): number {
  switch (mask.kind) {
    case 'null':
      return 0;
    case 'redact':
      return 1;
    case 'sha256':
      return 2;
    case 'partial':
      return 2 + mask.shown;
  }
}
