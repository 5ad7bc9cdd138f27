import { useEffect, useState } from 'react';
import { useTitle } from '../navigation/use-title.js';
import { Logo } from '../parts/logo.js';
import { Loading } from '../parts/states.js';
import { plain } from './provider-words.js';
import { type SignInOffer, signInOffer } from './provider.js';

interface SignInProps {
  /** Why a sign-in is needed again, when it is. */
  readonly reason?: string;
  readonly onToken: (token: string) => void;
  readonly onProvider: (offer: SignInOffer) => void;
}

/** Asks who is there: at the identity provider where there is one, or by a token. Either is kept for this tab only. */
export function SignIn({ reason, onToken, onProvider }: SignInProps) {
  const offer = useOffer();
  useTitle('Sign in');
  return (
    <main className="sign-in">
      <div className="card">
        <Logo />
        <h1>Cairn</h1>
        <p className="muted">Where data and models came from, where they went, and who may touch them.</p>
        {reason !== undefined && (
          <p className="notice is-bad breakable" role="alert">
            {reason}
          </p>
        )}
        {offer === 'unknown' && <Loading what="ways to sign in" />}
        {offer === 'none' && <TokenForm onToken={onToken} isFirst />}
        {typeof offer === 'object' && (
          <>
            <button type="button" className="button is-primary" autoFocus onClick={() => onProvider(offer)}>
              Sign in at {plain(new URL(offer.issuer).host)}
            </button>
            <details>
              <summary className="muted small">With a token instead</summary>
              <TokenForm onToken={onToken} />
            </details>
          </>
        )}
      </div>
    </main>
  );
}

function TokenForm({
  onToken,
  isFirst = false,
}: Pick<SignInProps, 'onToken'> & { readonly isFirst?: boolean }) {
  const [token, setToken] = useState('');
  return (
    <form
      className="token-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (token.trim() !== '') onToken(token.trim());
      }}
    >
      <label htmlFor="token">Token</label>
      <input
        id="token"
        type="password"
        autoComplete="current-password"
        spellCheck={false}
        autoFocus={isFirst}
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <button
        type="submit"
        className={isFirst ? 'button is-primary' : 'button'}
        disabled={token.trim() === ''}
      >
        Sign in
      </button>
      <p className="muted small">
        The service prints an administrator's token at its first start. Others get theirs by{' '}
        <code>cairn token issue</code>. It stays in this tab only.
      </p>
    </form>
  );
}

/** What the service offers. Where that cannot be known a token still can be given. */
function useOffer(): SignInOffer | 'none' | 'unknown' {
  const [offer, setOffer] = useState<SignInOffer | 'none' | 'unknown'>('unknown');
  useEffect(() => {
    let isGone = false;
    signInOffer().then(
      (found) => !isGone && setOffer(found ?? 'none'),
      () => !isGone && setOffer('none'),
    );
    return () => void (isGone = true);
  }, []);
  return offer;
}
