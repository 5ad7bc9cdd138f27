const KEY = 'cairn.token';

/** Splits `#token=…` into the token and what else the fragment held. */
export function tokenFromHash(hash: string): { readonly token?: string; readonly rest: string } {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const token = params.get('token') || undefined;
  if (token === undefined) return { rest: hash };
  params.delete('token');
  const rest = params.toString();
  return { token, rest: rest === '' ? '' : `#${rest}` };
}

/**
 * The token of this tab: one in the address bar wins, is kept for the tab's life and leaves the address bar and the history
 * at once.
 */
export function takeToken(): string | undefined {
  const { token, rest } = tokenFromHash(window.location.hash);
  if (token === undefined) return sessionStorage.getItem(KEY) ?? undefined;
  window.history.replaceState(null, '', `${window.location.pathname}${window.location.search}${rest}`);
  keepToken(token);
  return token;
}

/** Keeps the token until the tab is closed; undefined forgets it. */
export function keepToken(token: string | undefined): void {
  if (token === undefined) sessionStorage.removeItem(KEY);
  else sessionStorage.setItem(KEY, token);
}
