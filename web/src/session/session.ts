import { formatView, parseView } from '../navigation/view.js';
import { type Attempt, answerIn, keepAttempt, takeAttempt } from './attempt.js';
import {
  type Credentials,
  keepCredentials,
  keptCredentials,
  type Store,
  tokenFromHash,
} from './credentials.js';
import type { SignInOffer } from './provider.js';
import { ProviderError } from './provider-words.js';

/** Whether somebody is signed in in this tab. */
export type SessionState =
  | { readonly is: 'out'; readonly reason?: string }
  /** On the way to the provider, back from it, or out. */
  | { readonly is: 'moving'; readonly what: string }
  | { readonly is: 'in' };

/** What a session needs of the tab and of the identity provider. */
export interface Surroundings {
  readonly store: Store;
  readonly address: { readonly pathname: string; readonly search: string; readonly hash: string };
  /** Puts another address of this page into the address bar and the history. */
  readonly rename: (address: string) => void;
  /** Leaves this page. */
  readonly go: (address: URL) => void;
  readonly depart: (offer: SignInOffer, view: string) => Promise<{ address: URL; attempt: Attempt }>;
  readonly arrive: (attempt: Attempt, answer: URLSearchParams) => Promise<Credentials>;
  readonly renew: (credentials: Credentials) => Promise<Credentials>;
  readonly depose: (credentials: Credentials) => Promise<URL | undefined>;
}

/** New tokens are asked for this long before the old ones end. */
const AHEAD_MS = 30_000;
const FOREIGN = 'That answer of an identity provider belongs to no sign-in of this tab. Sign in again.';
const ENDED = 'Your sign-in has ended. Sign in again.';

/** Who is signed in in this tab, until it is closed. */
export class Session {
  private current: SessionState = { is: 'out' };
  private credentials: Credentials | undefined;
  private renewing: Promise<string> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly around: Surroundings) {}

  get state(): SessionState {
    return this.current;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /**
   * Takes up what the address bar brings, a token or the answer of an identity provider, which leave it and the history at once; else what
   * the tab held before.
   */
  async open(): Promise<void> {
    const { address, store, rename } = this.around;
    const { token, rest } = tokenFromHash(address.hash);
    if (token !== undefined) {
      rename(`${address.pathname}${address.search}${rest}`);
      return this.enter({ token });
    }
    const kept = keptCredentials(store);
    const answer = answerIn(address.search);
    if (answer === undefined) return kept && this.enter(kept);
    const attempt = takeAttempt(store);
    // The view is written anew: only what a view is comes back.
    rename(`${address.pathname}${formatView(parseView(attempt?.view ?? ''))}`);
    // Somebody else's link neither signs in nor out.
    if (attempt === undefined || attempt.state !== answer.get('state'))
      return kept === undefined ? this.end(FOREIGN) : this.enter(kept);
    this.become({ is: 'moving', what: 'your sign-in' });
    await this.around.arrive(attempt, answer).then(
      (credentials) => this.enter(credentials),
      (error: Error) => this.end(error.message),
    );
  }

  /** Signs in by credentials, e.g. a token that was pasted. */
  enter(credentials: Credentials): void {
    this.credentials = credentials;
    keepCredentials(this.around.store, credentials);
    this.become({ is: 'in' });
  }

  /** Goes to the identity provider. */
  async leaveToSignIn(offer: SignInOffer): Promise<void> {
    this.become({ is: 'moving', what: 'the identity provider' });
    try {
      const view = formatView(parseView(this.around.address.search));
      const { address, attempt } = await this.around.depart(offer, view);
      keepAttempt(this.around.store, attempt);
      this.around.go(address);
    } catch (error) {
      this.end((error as Error).message);
    }
  }

  /** Signs out, here and at the identity provider. */
  async signOut(): Promise<void> {
    const { credentials } = this;
    this.end();
    if (credentials?.provider === undefined) return;
    this.become({ is: 'moving', what: 'the end of your session' });
    const address = await this.around.depose(credentials);
    if (address === undefined) this.become({ is: 'out' });
    else this.around.go(address);
  }

  /**
   * A token for a request, renewed before it ends.
   * @param refused a token that the service did not take: another one, or none
   * @returns undefined when there is none any more, and the session has ended
   * @throws {ProviderError} the provider cannot be asked, and the token has ended
   */
  async token(refused?: { readonly token: string; readonly why: string }): Promise<string | undefined> {
    const { credentials } = this;
    if (credentials === undefined) return undefined;
    const { token, expiresAt, refreshToken } = credentials;
    const isRefused = refused?.token === token;
    if (refreshToken === undefined) {
      const hasEnded =
        credentials.provider !== undefined && expiresAt !== undefined && expiresAt <= Date.now();
      if (isRefused) this.end(hasEnded ? ENDED : refused.why);
      return isRefused ? undefined : token;
    }
    if (!isRefused && (expiresAt === undefined || expiresAt - Date.now() > AHEAD_MS)) return token;
    try {
      return await (this.renewing ??= this.renewed(credentials).finally(() => (this.renewing = undefined)));
    } catch (error) {
      if (this.credentials !== credentials) return undefined; // signed out meanwhile
      if (error instanceof ProviderError && !error.isRefusal) {
        if (!isRefused && expiresAt !== undefined && expiresAt > Date.now()) return token;
        throw error;
      }
      this.end(ENDED);
      return undefined;
    }
  }

  /** Forgets everything. @param reason what to tell whoever is to sign in again */
  end(reason?: string): void {
    this.credentials = undefined;
    keepCredentials(this.around.store, undefined);
    this.become({ is: 'out', ...(reason !== undefined && { reason }) });
  }

  private async renewed(credentials: Credentials): Promise<string> {
    const next = await this.around.renew(credentials);
    if (this.credentials !== credentials) throw new ProviderError(ENDED, true);
    this.credentials = next;
    keepCredentials(this.around.store, next);
    return next.token;
  }

  private become(state: SessionState): void {
    this.current = state;
    for (const listener of this.listeners) listener();
  }
}
