import { Injectable } from '@nestjs/common';
import { Database } from '../platform/index.js';
import { CAIRN_ITSELF } from './principals/principal.js';
import { PrincipalRepository } from './principals/principal.repository.js';
import { TokenService } from './tokens/token.service.js';

const LIFETIME_MS = 3_600_000;
/** A token is replaced when less than this is left of it. */
const MARGIN_MS = 600_000;

/**
 * The service's own account, `service:cairn`, for what it says to itself by the public doors. Its tokens live an hour, are kept
 * in memory only, and are renewed by whoever asks for one.
 */
@Injectable()
export class ServiceAccount {
  private current: { readonly secret: string; readonly expiresAt: number } | undefined;
  private renewing: Promise<string> | undefined;

  constructor(
    private readonly database: Database,
    private readonly principals: PrincipalRepository,
    private readonly tokens: TokenService,
  ) {}

  /** A bearer token that is valid for ten minutes at least. */
  async token(): Promise<string> {
    if (this.current && this.current.expiresAt - MARGIN_MS > Date.now()) return this.current.secret;
    this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async renew(): Promise<string> {
    const expiresAt = Date.now() + LIFETIME_MS;
    const { secret } = await this.database.run(async () => {
      await this.database.query("SELECT pg_advisory_xact_lock(hashtext('cairn.service-account'))");
      const { id, kind, name, displayName } = CAIRN_ITSELF;
      if (!(await this.principals.findById(id))) {
        await this.principals.insert({ id, kind, name, displayName, attributes: {} });
      }
      await this.database.query('DELETE FROM api_token WHERE principal_id = $1 AND expires_at < now()', [id]);
      return this.tokens.issueForRun(id, 'said by the service to itself', new Date(expiresAt));
    });
    this.current = { secret, expiresAt };
    return secret;
  }
}
