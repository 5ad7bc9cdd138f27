import { hash } from 'node:crypto';

/**
 * What a record tells.
 * - `decision` an answer about one thing, with all that was asked · `list` the same of a list, which the rules filtered
 * - `change` something that was changed
 * - `opened`, `closed` the ends of a segment · `retired` records that retention ended; all three are signed
 */
export type RecordKind = 'decision' | 'list' | 'change' | 'opened' | 'closed' | 'retired';

/** A record before it has its place in a chain. */
export interface Draft {
  readonly kind: RecordKind;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What it says beside kind and time: JSON values, and `Date`s, which become texts. Never a secret. */
  readonly said: Readonly<Record<string, unknown>>;
}

/** What is looked for, as columns beside the body; all of it is in the body too. */
export interface RecordColumns {
  readonly subject?: string;
  readonly action?: string;
  readonly namespace?: string;
  /** `dataset/orders`: kind and name. */
  readonly object?: string;
  readonly isAllowed?: boolean;
}

/** A record in its place. The hash is over the hash before it and the bytes of the body, as they are kept. */
export interface ChainedRecord {
  readonly kind: RecordKind;
  readonly seq: number;
  readonly at: number;
  readonly hash: Buffer;
  readonly columns: RecordColumns;
  readonly body: string;
}

/** What stands before the first record of a segment. */
export const NO_HASH = Buffer.alloc(32);

/** SHA-256(previous ‖ body). */
export function chainHash(previous: Buffer, body: string): Buffer {
  return hash('sha256', Buffer.concat([previous, Buffer.from(body)]), 'buffer');
}

/** The text that is hashed and kept: made once, never parsed and written again. */
export function bodyOf({ kind, at, said }: Draft): string {
  return JSON.stringify({ kind, at: new Date(at).toISOString(), ...said });
}

/** What may be looked for in a record. */
export function columnsOf({ kind, said }: Draft): RecordColumns {
  const isChange = kind === 'change';
  const asked = (isChange ? said : (said['input'] ?? {})) as Readonly<Record<string, unknown>>;
  const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
  const name = text(asked['name']);
  return {
    subject: text(asked['subject']),
    action: text(asked['action']),
    namespace: text(asked['namespace']),
    object: name === undefined ? undefined : `${text(asked[isChange ? 'on' : 'kind']) ?? ''}/${name}`,
    isAllowed: typeof said['allowed'] === 'boolean' ? said['allowed'] : undefined,
  };
}
