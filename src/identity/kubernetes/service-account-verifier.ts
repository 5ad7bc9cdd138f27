import type { KubeConfig } from '@kubernetes/client-node';
import { Inject, Injectable } from '@nestjs/common';
import pLimit, { type LimitFunction } from 'p-limit';
import { CONFIG, type Config, HealthChecks, LOGGER, type Logger } from '../../platform/index.js';
import { CLUSTER, ClusterHttp, kubernetesError } from '../../platform/kubernetes/index.js';
import { UnauthenticatedError } from '../access/errors.js';
import type { ExternalIdentity } from '../oidc/oidc-token.js';
import { TokenReviewUnavailableError, TooManyReviewsError } from './errors.js';
import { tokenReviews } from './metrics.js';
import { readReview, reviewOf, type Verdict } from './token-review.js';
import { type UnverifiedClaims, unverifiedClaims } from './unverified-claims.js';
import { VerdictCache } from './verdict-cache.js';

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';
const TIMEOUT_MS = 5_000;
const REFUSED_MS = 5_000;
const MAX_TOKENS = 5_000;
const AT_ONCE = 8;
const MAX_WAITING = 200;

/** Verifies tokens of the cluster's service accounts, where KUBERNETES_TOKEN_AUDIENCE is set: the API server reviews them. */
@Injectable()
export class ServiceAccountVerifier {
  private readonly audience: string | undefined;
  private readonly http: ClusterHttp | undefined;
  private readonly verdicts = new VerdictCache<Verdict>(MAX_TOKENS);
  private readonly limit: LimitFunction = pLimit(AT_ONCE);
  private trouble: string | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    @Inject(CLUSTER) cluster: KubeConfig | null,
    health: HealthChecks,
  ) {
    this.audience = config.KUBERNETES_TOKEN_AUDIENCE;
    if (this.audience === undefined) return;
    this.http = new ClusterHttp(cluster!);
    // Callers with other tokens are served whatever the API server does.
    health.register('tokenReviews', async () => ({
      isReady: true,
      isDegraded: this.trouble !== undefined,
      report: { audience: this.audience, ...(this.trouble !== undefined && { reason: this.trouble }) },
    }));
  }

  /** Whether a bearer token is to be verified here: a JWT that does not say that it is the identity provider's. */
  takes(token: string): boolean {
    if (this.audience === undefined) return false;
    const claims = unverifiedClaims(token);
    return claims !== undefined && claims.issuer !== this.config.OIDC_ISSUER;
  }

  /**
   * Asks the API server, or remembers what it said.
   * @throws {UnauthenticatedError} @throws {TokenReviewUnavailableError} @throws {TooManyReviewsError}
   */
  async verify(token: string): Promise<ExternalIdentity> {
    const claims = unverifiedClaims(token);
    const audience = this.audience!;
    // What it says of itself is enough to refuse it, and the API server is not asked.
    if (!claims?.audiences.includes(audience) || claims.expiresAt <= Date.now())
      throw new UnauthenticatedError('bad token');
    const verdict = await this.verdicts.of(token, async () => {
      const said = await this.review(token, claims, audience);
      if (typeof said === 'string') return { verdict: said, forMs: REFUSED_MS };
      const takenMs = this.config.KUBERNETES_TOKEN_MAX_AGE_SECONDS * 1_000;
      return { verdict: said, forMs: Math.min(takenMs, claims.expiresAt - Date.now()) };
    });
    if (typeof verdict === 'object') return verdict;
    throw new UnauthenticatedError(verdict === 'nameless' ? 'nameless token' : 'bad token');
  }

  private async review(token: string, { issuer }: UnverifiedClaims, audience: string): Promise<Verdict> {
    if (this.limit.pendingCount >= MAX_WAITING) throw new TooManyReviewsError(this.limit.pendingCount);
    const review = await this.limit(() => this.ask(reviewOf(token, audience)));
    const verdict = readReview(review, issuer, audience);
    if (verdict === 'unreadable') throw this.away(new Error('its answer is no TokenReview'));
    tokenReviews.inc({ outcome: typeof verdict === 'object' ? 'taken' : verdict });
    this.trouble = undefined;
    return verdict;
  }

  private async ask(body: object): Promise<unknown> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await this.http!.ask({ path: PATH, body, idleMs: TIMEOUT_MS, signal });
    } catch (error) {
      throw this.away(error);
    }
  }

  private away(error: unknown): TokenReviewUnavailableError {
    const { message } = kubernetesError(error, 'review of a token');
    tokenReviews.inc({ outcome: 'failed' });
    if (this.trouble === undefined)
      this.log.warn({ err: error }, 'tokens of service accounts cannot be reviewed');
    this.trouble = message;
    return new TokenReviewUnavailableError(error);
  }
}
