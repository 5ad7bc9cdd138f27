import { useState } from 'react';
import { Logo } from '../parts/logo.js';

interface SignInProps {
  /** Why a sign-in is needed again, when it is. */
  readonly reason?: string;
  readonly onToken: (token: string) => void;
}

/** Asks for a token. It is kept for this tab only. */
export function SignIn({ reason, onToken }: SignInProps) {
  const [token, setToken] = useState('');
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== '') onToken(token.trim());
        }}
      >
        <Logo />
        <h1>Cairn</h1>
        <p className="muted">Where data and models came from, where they went, and who may touch them.</p>
        {reason !== undefined && (
          <p className="notice is-bad" role="alert">
            {reason}
          </p>
        )}
        <label htmlFor="token">Token</label>
        <input
          id="token"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          autoFocus
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <button type="submit" className="button is-primary" disabled={token.trim() === ''}>
          Sign in
        </button>
        <p className="muted small">
          The service prints an administrator's token at its first start. Others get theirs by{' '}
          <code>cairn token issue</code>. It stays in this tab only.
        </p>
      </form>
    </main>
  );
}
