import { parsed, type Provider, type Store } from './credentials.js';

/** A sign-in that left for the identity provider and has not come back. */
export interface Attempt {
  readonly provider: Provider;
  /** What must come back with the answer; each is of one attempt only. */
  readonly state: string;
  readonly nonce: string;
  /** The secret of PKCE: whoever brings the code must have it. */
  readonly verifier: string;
  /** The view to go back to, as `formatView` writes it. */
  readonly view: string;
}

const KEY = 'cairn.sign-in';

/** Keeps the one attempt of this tab, in place of an earlier one. */
export function keepAttempt(store: Store, attempt: Attempt): void {
  store.setItem(KEY, JSON.stringify(attempt));
}

/** The attempt that was kept, once: whatever comes of it, it is gone. */
export function takeAttempt(store: Store): Attempt | undefined {
  const kept = parsed(store.getItem(KEY));
  store.removeItem(KEY);
  if (typeof kept !== 'object' || kept === null) return undefined;
  const attempt = kept as Partial<Attempt>;
  const isWhole = [attempt.state, attempt.nonce, attempt.verifier, attempt.view].every(
    (each) => typeof each === 'string',
  );
  return isWhole && typeof attempt.provider === 'object' ? (attempt as Attempt) : undefined;
}

/** What an identity provider sent back in the address; undefined when the address is an ordinary one. */
export function answerIn(search: string): URLSearchParams | undefined {
  const params = new URLSearchParams(search);
  return params.has('state') && (params.has('code') || params.has('error')) ? params : undefined;
}
