import { type Credentials, readCredentials, storeCredentials } from './credentials.js';

/** A token is had anew when less than this is left of it. */
const MARGIN_MS = 30_000;

/** Gives the token of some credentials, and keeps a new one when theirs is about to end. */
export function currentToken(
  env: Readonly<Record<string, string | undefined>>,
  known: Credentials,
): () => Promise<string | undefined> {
  let credentials = known;
  let renewing: Promise<void> | undefined;
  const renewed = async (): Promise<void> => {
    // Another command may have done it.
    const stored = readCredentials(env);
    if (stored?.url === known.url) credentials = stored;
    if (!isEnding(credentials) || credentials.renewal === undefined) return;
    const { renew } = await import('./oidc.js');
    credentials = { url: known.url, ...(await renew(credentials.renewal)) };
    storeCredentials(env, credentials);
  };
  return async () => {
    if (isEnding(credentials) && credentials.renewal !== undefined) {
      renewing ??= renewed().finally(() => (renewing = undefined));
      await renewing;
    }
    return credentials.token;
  };
}

function isEnding({ expiresAt }: Credentials): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) - MARGIN_MS < Date.now();
}
