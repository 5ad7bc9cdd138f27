import { parseParameter } from '../output/arguments.js';

/** The option by which a command says what requests say of themselves. */
export const CONTEXT_OPTION = [
  '--context <name=value...>',
  'what requests say: mfa=true, purpose=fraud, now=2026-12-31T00:00:00Z',
] as const;

/** `['mfa=true', 'purpose=fraud']` as `{ mfa: true, purpose: 'fraud' }`. @throws {UsageError} */
export function contextFrom(words: readonly string[] | undefined): Readonly<Record<string, unknown>> {
  return Object.fromEntries((words ?? []).map((word) => parseParameter('--context', word)));
}
