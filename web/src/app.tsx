import { useMemo, useState, useSyncExternalStore } from 'react';
import { AccessPage } from './access/access-page.js';
import { waitingCount } from './access/words.js';
import { ADMINISTERS_POLICY, WAITING } from './api/governance.js';
import { ME } from './api/operations.js';
import { ChangesContext, SendContext, useQuery } from './api/use-query.js';
import { useReturn } from './api/use-return.js';
import { AssetPage } from './asset-page.js';
import { useArrival } from './navigation/focus.js';
import { linkTo, useView } from './navigation/use-view.js';
import type { View } from './navigation/view.js';
import { Logo } from './parts/logo.js';
import { Loading } from './parts/states.js';
import { PolicyPage } from './policy/policy-page.js';
import { SearchBox } from './search/search-box.js';
import { SearchPage } from './search/search-page.js';
import type { Session } from './session/session.js';
import { SignIn } from './session/sign-in.js';
import { signedSend } from './session/signed-send.js';

/** The explorer: a sign-in until somebody is signed in, then the page that the URL tells. */
export function App({ session }: { readonly session: Session }) {
  const state = useSyncExternalStore(session.subscribe, () => session.state);
  const send = useMemo(() => signedSend(session), [session]);
  const [count, setCount] = useState(0);
  const changes = useMemo(() => ({ count, changed: () => setCount((before) => before + 1) }), [count]);
  if (state.is === 'moving') {
    return (
      <main className="sign-in">
        <Loading what={state.what} />
      </main>
    );
  }
  if (state.is === 'out') {
    return (
      <SignIn
        reason={state.reason}
        onToken={(token) => session.enter({ token })}
        onProvider={(offer) => void session.leaveToSignIn(offer)}
      />
    );
  }
  return (
    <SendContext value={send}>
      <ChangesContext value={changes}>
        <Signed onSignOut={() => void session.signOut()} />
      </ChangesContext>
    </SendContext>
  );
}

function Signed({ onSignOut }: { readonly onSignOut: () => void }) {
  const view = useView();
  useArrival(view.page === 'asset' ? view.asset : view.page);
  const me = useQuery(ME, {}).answer?.me;
  const administersPolicy = useQuery(ADMINISTERS_POLICY, {}).answer?.administersPolicy;
  return (
    <>
      <header className="top">
        <a {...linkTo({ page: 'search', query: '' })} className="home" aria-label="Cairn, start">
          <Logo />
          <span>Cairn</span>
        </a>
        {view.page !== 'search' && <SearchBox query="" />}
        <nav className="pages" aria-label="Pages">
          <AccessLink isHere={view.page === 'access'} />
          {administersPolicy === true && (
            <a {...linkTo({ page: 'policy' })} aria-current={view.page === 'policy' ? 'page' : undefined}>
              Policy
            </a>
          )}
        </nav>
        <span className="who">
          {me !== undefined && <span title={me.displayName}>{me.subject}</span>}
          <button type="button" className="button is-quiet" onClick={onSignOut}>
            Sign out
          </button>
        </span>
      </header>
      <Page view={view} me={me?.subject} administersPolicy={administersPolicy} />
    </>
  );
}

function AccessLink({ isHere }: { readonly isHere: boolean }) {
  const { answer, retry } = useQuery(WAITING, {});
  useReturn(retry);
  const count = answer === undefined ? 0 : waitingCount(answer);
  return (
    <a {...linkTo({ page: 'access', list: 'waiting' })} aria-current={isHere ? 'page' : undefined}>
      Access
      {count > 0 && (
        <span className="badge" title={`${count} waiting for you`}>
          {count}
          <span className="sr-only"> waiting for you</span>
        </span>
      )}
    </a>
  );
}

function Page({
  view,
  me,
  administersPolicy,
}: {
  readonly view: View;
  readonly me: string | undefined;
  readonly administersPolicy: boolean | undefined;
}) {
  switch (view.page) {
    case 'asset':
      return <AssetPage view={view} me={me} />;
    case 'access':
      return <AccessPage view={view} me={me} />;
    case 'policy':
      return <PolicyPage isOpen={administersPolicy} />;
    case 'search':
      return <SearchPage view={view} />;
  }
}
