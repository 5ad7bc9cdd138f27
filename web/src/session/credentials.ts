/** What a tab is signed in by. */
export interface Credentials {
  readonly token: string;
  /** Milliseconds since 1970; absent when nobody said. */
  readonly expiresAt?: number;
  /** Where it comes from; absent of a token that was pasted. */
  readonly provider?: Provider;
  readonly refreshToken?: string;
  /** Tells the provider whose session is to end. */
  readonly idToken?: string;
}

/** An identity provider, and what this application is called there. */
export interface Provider {
  readonly issuer: string;
  readonly clientId: string;
  /** Where else than at the issuer's origin this page may ask it for tokens. */
  readonly endpointOrigins?: readonly string[];
}

/** The part of `sessionStorage` that is used: what is in it ends with the tab. */
export type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const KEY = 'cairn.credentials';

/** Keeps credentials until the tab is closed; undefined forgets them. */
export function keepCredentials(store: Store, credentials: Credentials | undefined): void {
  if (credentials === undefined) store.removeItem(KEY);
  else store.setItem(KEY, JSON.stringify(credentials));
}

/** What the tab holds; undefined when that is nothing, or nothing that this version understands. */
export function keptCredentials(store: Store): Credentials | undefined {
  const kept = parsed(store.getItem(KEY));
  if (typeof kept !== 'object' || kept === null) return undefined;
  const { token } = kept as Partial<Credentials>;
  return typeof token === 'string' && token !== '' ? (kept as Credentials) : undefined;
}

/** Splits `#token=…` into the token and what else the fragment held. */
export function tokenFromHash(hash: string): { readonly token?: string; readonly rest: string } {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const token = params.get('token') || undefined;
  if (token === undefined) return { rest: hash };
  params.delete('token');
  const rest = params.toString();
  return { token, rest: rest === '' ? '' : `#${rest}` };
}

/** Reads JSON; undefined for what is none. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
