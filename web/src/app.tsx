import { useCallback, useMemo, useState } from 'react';
import { AssetPage } from './asset-page.js';
import { createSend, type Send } from './api/client.js';
import { ApiError } from './api/errors.js';
import { ME } from './api/operations.js';
import { SendContext, useQuery } from './api/use-query.js';
import { linkTo, useView } from './navigation/use-view.js';
import { Logo } from './parts/logo.js';
import { SearchBox } from './search/search-box.js';
import { SearchPage } from './search/search-page.js';
import { SignIn } from './session/sign-in.js';
import { keepToken, takeToken } from './session/token.js';

/** The explorer: a sign-in until there is a token that the service accepts, then the page that the URL tells. */
export function App() {
  const [token, setToken] = useState(takeToken);
  const [reason, setReason] = useState<string>();
  const signIn = useCallback((next: string | undefined, why?: string) => {
    keepToken(next);
    setToken(next);
    setReason(why);
  }, []);
  const send = useMemo(
    () => (token === undefined ? undefined : signedIn(token, (why) => signIn(undefined, why))),
    [token, signIn],
  );
  if (send === undefined) return <SignIn reason={reason} onToken={signIn} />;
  return (
    <SendContext value={send}>
      <Signed onSignOut={() => signIn(undefined)} />
    </SendContext>
  );
}

function Signed({ onSignOut }: { readonly onSignOut: () => void }) {
  const view = useView();
  const { answer } = useQuery(ME, {});
  return (
    <>
      <header className="top">
        <a {...linkTo({ page: 'search', query: '' })} className="home" aria-label="Cairn, start">
          <Logo />
          <span>Cairn</span>
        </a>
        {view.page === 'asset' && <SearchBox query="" />}
        <span className="who">
          {answer !== undefined && <span title={answer.me.displayName}>{answer.me.subject}</span>}
          <button type="button" className="button is-quiet" onClick={onSignOut}>
            Sign out
          </button>
        </span>
      </header>
      {view.page === 'asset' ? <AssetPage view={view} /> : <SearchPage view={view} />}
    </>
  );
}

/** A client that ends the session when the service no longer takes the token. */
function signedIn(token: string, onRefused: (why: string) => void): Send {
  const send = createSend(token);
  return async (operation, variables, signal) => {
    try {
      return await send(operation, variables, signal);
    } catch (error) {
      if (error instanceof ApiError && error.code === 'UNAUTHENTICATED') onRefused(error.message);
      throw error;
    }
  };
}
