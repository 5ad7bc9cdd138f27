import { describe, expect, it } from 'vitest';
import { type Attempt, keepAttempt } from './attempt.js';
import { type Credentials, keepCredentials, keptCredentials } from './credentials.js';
import { memoryStore } from './memory-store.js';
import { ProviderError } from './provider-words.js';
import { Session, type Surroundings } from './session.js';

const provider = { issuer: 'https://id.example.org', clientId: 'cairn' };
const attempt: Attempt = { provider, state: 'S', nonce: 'N', verifier: 'V', view: '?asset=a1&tab=access' };
const soon = (ms: number) => Date.now() + ms;

/** A tab at an address, whose provider answers as it is told. */
function tab(at = '/', told: Partial<Surroundings> = {}) {
  const url = new URL(at, 'http://cairn.test');
  const addresses: string[] = [];
  const gone: string[] = [];
  const store = memoryStore();
  const session = new Session({
    ...{
      store,
      address: url,
      rename: (address) => addresses.push(address),
      go: ({ href }) => gone.push(href),
    },
    depart: () => Promise.resolve({ address: new URL('https://id.example.org/auth'), attempt }),
    arrive: () => Promise.resolve({ token: 'arrived', provider }),
    renew: () => Promise.reject(new ProviderError('no', true)),
    depose: () => Promise.resolve(undefined),
    ...told,
  });
  return { session, store, addresses, gone };
}

describe('what the address brings', () => {
  it('is a token that leaves the address at once', async () => {
    const { session, addresses, store } = tab('/?q=a#token=t&x=1');
    await session.open();
    expect(session.state).toEqual({ is: 'in' });
    expect(addresses).toEqual(['/?q=a#x=1']);
    expect(keptCredentials(store)).toEqual({ token: 't' });
  });

  it('is an answer of the provider: the code leaves the address, and the view before comes back', async () => {
    const asked: string[] = [];
    const { session, store, addresses } = tab('/?code=c&state=S', {
      arrive: ({ nonce, verifier }, answer) => {
        asked.push(nonce, verifier, answer.get('code')!);
        return Promise.resolve({ token: 'arrived', provider });
      },
    });
    keepAttempt(store, attempt);
    const opened = session.open();
    expect(addresses).toEqual(['/?asset=a1&tab=access']);
    expect(session.state.is).toBe('moving');
    await opened;
    expect(asked).toEqual(['N', 'V', 'c']);
    expect(await session.token()).toBe('arrived');
  });

  it.each(['/?code=c&state=other', '/?error=e&error_description=Call+this+number&state=other'])(
    'is no answer to this tab: %s signs nobody in or out, and its words are not shown',
    async (address) => {
      const stranger = tab(address);
      keepAttempt(stranger.store, attempt);
      await stranger.session.open();
      expect(stranger.session.state).toEqual({ is: 'out', reason: expect.not.stringContaining('number') });
      const signedIn = tab(address);
      keepCredentials(signedIn.store, { token: 'mine' });
      await signedIn.session.open();
      expect(await signedIn.session.token()).toBe('mine');
      expect(signedIn.addresses).toEqual(['/']);
    },
  );

  it('is an answer once: the attempt is gone, whatever came of it', async () => {
    const told = { arrive: () => Promise.reject(new ProviderError('It says: locked', true)) };
    const { session, store } = tab('/?code=c&state=S', told);
    keepAttempt(store, attempt);
    await session.open();
    expect(session.state).toEqual({ is: 'out', reason: 'It says: locked' });
    expect(store.kept.size).toBe(0);
  });

  it('never makes the page go back to more than a view', async () => {
    const { session, store, addresses } = tab('/?code=c&state=S');
    keepAttempt(store, { ...attempt, view: '?q=a&code=x&redirect=//evil.test' });
    await session.open();
    expect(addresses).toEqual(['/?q=a']);
  });
});

describe('a token for a request', () => {
  const fresh: Credentials = { token: 'old', provider, refreshToken: 'r', expiresAt: soon(600_000) };
  const ending = { ...fresh, expiresAt: soon(10_000) };
  const ended = { ...fresh, expiresAt: soon(-1_000) };
  const renewing = () => {
    let times = 0;
    return {
      times: () => times,
      renew: () => {
        times += 1;
        return Promise.resolve({ ...fresh, token: `new ${times}` });
      },
    };
  };
  const away = { renew: () => Promise.reject(new ProviderError('away', false)) };
  const refused = { token: 'old', why: 'The token is unknown.' };

  it('is the one that is held as long as it lasts', async () => {
    const { session } = tab();
    session.enter(fresh);
    expect(await session.token()).toBe('old');
  });

  it('is renewed before it ends, once for all who ask at the same time', async () => {
    const provided = renewing();
    const { session, store } = tab('/', provided);
    session.enter(ending);
    expect(await Promise.all([1, 2, 3].map(() => session.token()))).toEqual(Array(3).fill('new 1'));
    expect(provided.times()).toBe(1);
    expect(keptCredentials(store)?.token).toBe('new 1');
  });

  it('is renewed when the service refuses it, and not for one that was refused before it', async () => {
    const provided = renewing();
    const { session } = tab('/', provided);
    session.enter(fresh);
    expect(await session.token(refused)).toBe('new 1');
    expect(await session.token(refused)).toBe('new 1');
    expect(provided.times()).toBe(1);
  });

  it('is still the old one while the provider is away, until it has ended', async () => {
    const { session } = tab('/', away);
    session.enter(ending);
    expect(await session.token()).toBe('old');
    session.enter(ended);
    await expect(session.token()).rejects.toThrow('away');
    expect(session.state).toEqual({ is: 'in' });
  });

  it('is none when the provider renews no more', async () => {
    const { session, store } = tab();
    session.enter(ended);
    expect(await session.token()).toBeUndefined();
    expect(session.state).toEqual({ is: 'out', reason: 'Your sign-in has ended. Sign in again.' });
    expect(store.kept.size).toBe(0);
  });

  it('is none when it cannot be renewed, in the words of the service where it had not ended', async () => {
    const { session } = tab();
    for (const credentials of [{ token: 'old' }, { token: 'old', provider, expiresAt: soon(600_000) }]) {
      session.enter(credentials);
      expect(await session.token(refused)).toBeUndefined();
      expect(session.state).toEqual({ is: 'out', reason: refused.why });
    }
  });

  it('does not come back after signing out', async () => {
    let renewed: (credentials: Credentials) => void = () => undefined;
    const { session, store } = tab('/', { renew: () => new Promise((resolve) => (renewed = resolve)) });
    session.enter(ending);
    const token = session.token();
    await session.signOut();
    renewed({ ...fresh, token: 'late' });
    expect(await token).toBeUndefined();
    expect(store.kept.size).toBe(0);
  });
});

describe('leaving', () => {
  it('keeps the attempt and goes to the provider', async () => {
    const { session, store, gone } = tab('/?q=a');
    await session.leaveToSignIn({ ...provider, scopes: ['openid'] });
    expect(gone).toEqual(['https://id.example.org/auth']);
    expect([...store.kept.values()].join()).toContain('"verifier":"V"');
  });

  it('ends in words when the provider cannot be asked', async () => {
    const { session } = tab('/', { depart: () => Promise.reject(new ProviderError('It is away.', false)) });
    await session.leaveToSignIn({ ...provider, scopes: [] });
    expect(session.state).toEqual({ is: 'out', reason: 'It is away.' });
  });

  it('forgets everything first, then ends the session at the provider', async () => {
    const left = new URL('https://id.example.org/logout');
    const { session, store, gone } = tab('/', { depose: () => Promise.resolve(left) });
    session.enter({ token: 't', provider });
    const leaving = session.signOut();
    expect(store.kept.size).toBe(0);
    await leaving;
    expect(gone).toEqual([left.href]);
    session.enter({ token: 'pasted' });
    await session.signOut();
    expect(session.state).toEqual({ is: 'out' });
  });
});
