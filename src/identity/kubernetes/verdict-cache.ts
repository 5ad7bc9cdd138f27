import { LRUCache } from 'lru-cache';
import { tokenSha256 } from '../tokens/token-secret.js';

/** How long what was said of a token is believed. */
export interface Believed<Verdict> {
  readonly verdict: Verdict;
  /** Milliseconds; 0 for not at all. */
  readonly forMs: number;
}

/**
 * What was said of tokens, for a short while. Keys are their SHA-256, so that no token stays in memory. Whoever asks of a token while it
 * is being asked about shares the answer, a failure too; a failure is not kept.
 */
export class VerdictCache<Verdict extends object | string> {
  private readonly kept: LRUCache<string, { readonly verdict: Verdict }>;
  private readonly underWay = new Map<string, Promise<Verdict>>();

  /** @param maxTokens the least used goes first */
  constructor(maxTokens: number) {
    this.kept = new LRUCache({ max: maxTokens });
  }

  async of(token: string, ask: () => Promise<Believed<Verdict>>): Promise<Verdict> {
    const key = tokenSha256(token);
    const kept = this.kept.get(key);
    if (kept) return kept.verdict;
    const asked = this.underWay.get(key) ?? this.ask(key, ask);
    return asked;
  }

  private ask(key: string, ask: () => Promise<Believed<Verdict>>): Promise<Verdict> {
    const asked = ask()
      .then(({ verdict, forMs }) => {
        if (forMs > 0) this.kept.set(key, { verdict }, { ttl: forMs });
        return verdict;
      })
      .finally(() => this.underWay.delete(key));
    this.underWay.set(key, asked);
    return asked;
  }
}
