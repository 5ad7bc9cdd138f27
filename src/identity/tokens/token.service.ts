import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, NotFoundError, validate } from '../../platform/index.js';
import { ACCESS_DECIDER, type AccessDecider } from '../access/decider.js';
import { type CredentialScope, earlier } from '../access/scope.js';
import { type Author, CHANGES, type Changes } from '../changes/changes.js';
import { CAIRN_ITSELF, type Principal, subjectOf } from '../principals/principal.js';
import { PrincipalService } from '../principals/principal.service.js';
import type { ApiTokenEntity } from './api-token.entity.js';
import { SCOPE } from '../access/scope-input.js';
import { TokenRepository } from './token.repository.js';
import { newTokenSecret, tokenSha256 } from './token-secret.js';

const MAX_LIFETIME_DAYS = 366;

const ISSUE_TOKEN = z.object({
  subject: z.string().max(200),
  label: z.string().trim().min(1).max(100),
  expiresInDays: z.int().min(1).max(MAX_LIFETIME_DAYS).default(90),
  ...SCOPE,
});

/** A token as it is shown to its owner, once. */
export interface IssuedToken {
  readonly secret: string;
  readonly token: ApiTokenEntity;
}

/** API tokens: random, kept as SHA-256, with an expiry. */
@Injectable()
export class TokenService {
  constructor(
    private readonly database: Database,
    private readonly tokens: TokenRepository,
    private readonly principals: PrincipalService,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    @Inject(CHANGES) private readonly changes: Changes,
  ) {}

  /** The principal of a valid token; undefined for one that is unknown, expired or revoked, or whose principal is disabled. */
  authenticate(secret: string): Promise<Principal | undefined> {
    return this.tokens.principalOf(tokenSha256(secret));
  }

  /**
   * Issues a token for a principal. Everybody may for themselves, administrators for all.
   * @param input.subject `user:NAME` or `service:NAME`
   * @param input.expiresInDays 1–366, 90 by default
   * @param input.namespaces what it is for, with `input.actions`; what the caller's own credential is for when absent
   */
  async issue(caller: Principal, input: z.input<typeof ISSUE_TOKEN>): Promise<IssuedToken> {
    const { subject, label, expiresInDays, ...asked } = validate(ISSUE_TOKEN, input, 'input');
    const principal = await this.principals.bySubject(caller, subject);
    const scope = this.access.scopeOfNew(caller, asked);
    const expiresAt = earlier(new Date(Date.now() + expiresInDays * 86_400_000), caller.scopeUntil);
    return this.database.run(() => this.store(caller, principal, label, expiresAt, scope));
  }

  /** A short-lived token for work that Cairn started itself: a training run. The caller has been authorized for that work. */
  issueForRun(
    principalId: string,
    label: string,
    expiresAt: Date,
    scope: CredentialScope | null = null,
  ): Promise<IssuedToken> {
    return this.database.run(async () => {
      const principal = await this.principals.byId(principalId);
      if (!principal) throw new NotFoundError('Principal', principalId);
      return this.store(CAIRN_ITSELF, principal, label, expiresAt, scope);
    });
  }

  /** Ends a token that was issued for a run. */
  async revokeForRun(tokenId: string): Promise<void> {
    await this.end(CAIRN_ITSELF, tokenId);
  }

  /** Newest first, secrets not among them. */
  async listOf(caller: Principal, principalId: string): Promise<ApiTokenEntity[]> {
    if (caller.id !== principalId) await this.access.authorizeAdministration(caller);
    return this.tokens.listOf(principalId);
  }

  /** Ends a token at once. Its owner may, and administrators. */
  async revoke(caller: Principal, id: string): Promise<ApiTokenEntity> {
    const tokenId = validate(z.uuid({ error: 'must be the id of a token' }), id, 'id');
    const token = await this.tokens.findById(tokenId);
    if (token?.principalId !== caller.id) await this.access.authorizeAdministration(caller);
    if (!token) throw new NotFoundError('Token', id);
    await this.end(caller, tokenId);
    return (await this.tokens.findById(tokenId))!;
  }

  private async end(author: Author, id: string): Promise<void> {
    await this.database.run(async () => {
      await this.tokens.revoke(id);
      await this.changes.change(author, { action: 'token.revoked', on: 'token', name: id });
    });
  }

  private async store(
    author: Author,
    principal: Pick<Principal, 'id' | 'kind' | 'name'>,
    label: string,
    expiresAt: Date,
    scope: CredentialScope | null,
  ): Promise<IssuedToken> {
    const secret = newTokenSecret();
    const id = randomUUID();
    const sha256 = tokenSha256(secret);
    const token = await this.tokens.insert({
      id,
      principalId: principal.id,
      label,
      sha256,
      expiresAt,
      scope,
    });
    const detail = { for: subjectOf(principal), label, scope, expiresAt: expiresAt.toISOString() };
    await this.changes.change(author, { action: 'token.issued', on: 'token', name: id, detail });
    return { secret, token };
  }
}
