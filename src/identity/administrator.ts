import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, Database } from '../platform/index.js';
import { CHANGES, type Changes } from './changes/changes.js';
import { CAIRN_ITSELF } from './principals/principal.js';
import { PrincipalRepository } from './principals/principal.repository.js';
import { newTokenSecret, tokenSha256 } from './tokens/token-secret.js';
import { TokenRepository } from './tokens/token.repository.js';

const FROM_ENVIRONMENT = 'CAIRN_ADMIN_TOKEN';

/** Makes the first administrator, `user:admin`, whom the policy files give `role:admin`. */
@Injectable()
export class Administrator {
  constructor(
    private readonly database: Database,
    private readonly principals: PrincipalRepository,
    private readonly tokens: TokenRepository,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(CHANGES) private readonly changes: Changes,
  ) {}

  /**
   * To be called at each start. CAIRN_ADMIN_TOKEN, when set, becomes the administrator's token and replaces an earlier value.
   * @returns a generated token, the first time and only when CAIRN_ADMIN_TOKEN is not set; it is to be shown once
   */
  ensure(): Promise<string | undefined> {
    const given = this.config.CAIRN_ADMIN_TOKEN;
    return this.database.run(async () => {
      await this.database.query("SELECT pg_advisory_xact_lock(hashtext('cairn.administrator'))");
      const existing = await this.principals.findBySubject('user', 'admin');
      const admin =
        existing ??
        (await this.principals.insert({
          id: randomUUID(),
          kind: 'user',
          name: 'admin',
          displayName: 'Administrator',
          attributes: {},
        }));
      if (given !== undefined) {
        await this.accept(admin.id, given);
        return undefined;
      }
      if (existing) return undefined;
      const secret = newTokenSecret();
      await this.store(admin.id, secret, 'generated at the first start');
      return secret;
    });
  }

  private async accept(adminId: string, secret: string): Promise<void> {
    const sha256 = tokenSha256(secret);
    await this.tokens.revokeOthers(adminId, FROM_ENVIRONMENT, sha256);
    const known = await this.tokens.listOf(adminId);
    if (!known.some((token) => token.sha256 === sha256)) await this.store(adminId, secret, FROM_ENVIRONMENT);
  }

  private async store(principalId: string, secret: string, label: string): Promise<void> {
    const id = randomUUID();
    const sha256 = tokenSha256(secret);
    await this.tokens.insert({ id, principalId, sha256, label, expiresAt: null, scope: null });
    await this.changes.change(CAIRN_ITSELF, {
      ...{ action: 'token.issued', on: 'token', name: id, detail: { for: 'user:admin', label } },
    });
  }
}
