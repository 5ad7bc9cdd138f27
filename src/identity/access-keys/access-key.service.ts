import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database, NotFoundError, validate } from '../../platform/index.js';
import { ACCESS_DECIDER, type AccessDecider } from '../access/decider.js';
import { SCOPE } from '../access/scope-input.js';
import { earlier } from '../access/scope.js';
import { CHANGES, type Changes } from '../changes/changes.js';
import type { Principal } from '../principals/principal.js';
import { PrincipalService } from '../principals/principal.service.js';
import type { AccessKeyEntity } from './access-key.entity.js';
import { AccessKeyRepository } from './access-key.repository.js';
import { SecretBox } from './secret-box.js';

const MAX_LIFETIME_DAYS = 366;
const ID = /^CAIRN[A-Z2-7]{15}$/;

const CREATE = z.object({
  label: z.string().trim().min(1).max(100),
  expiresInDays: z.int().min(1).max(MAX_LIFETIME_DAYS).default(90),
  ...SCOPE,
});

/** An access key as it is shown to its owner, once. */
export interface CreatedAccessKey {
  readonly secret: string;
  readonly key: AccessKeyEntity;
}

/** What signatures of a request are checked with. */
export interface SigningKey {
  readonly principal: Principal;
  readonly secret: string;
  /** To be called once a signature was found to be right. */
  noteUse(): Promise<void>;
}

/**
 * Access keys, by which requests of S3 are signed. Who holds one is the principal that made it, with all that it may do. The service has
 * to know the secret to check a signature, so it is kept sealed, and not as a digest like a token.
 */
@Injectable()
export class AccessKeyService {
  constructor(
    private readonly database: Database,
    private readonly keys: AccessKeyRepository,
    private readonly principals: PrincipalService,
    private readonly box: SecretBox,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    @Inject(CHANGES) private readonly changes: Changes,
  ) {}

  /**
   * Makes a key for the caller itself.
   * @param input.expiresInDays 1–366, 90 by default
   * @param input.namespaces what it is for, with `input.actions`; what the caller's own credential is for when absent
   */
  async create(caller: Principal, input: z.input<typeof CREATE>): Promise<CreatedAccessKey> {
    const { label, expiresInDays, ...asked } = validate(CREATE, input, 'input');
    const scope = this.access.scopeOfNew(caller, asked);
    const id = newAccessKeyId();
    const secret = randomBytes(30).toString('base64url');
    const key = {
      ...{ id, label, scope, principalId: caller.id, sealedSecret: await this.box.seal(secret, id) },
      expiresAt: earlier(new Date(Date.now() + expiresInDays * 86_400_000), caller.scopeUntil),
    };
    const detail = { label, scope, expiresAt: key.expiresAt.toISOString() };
    const inserted = await this.database.run(async () => {
      await this.changes.change(caller, { action: 'access-key.issued', on: 'access-key', name: id, detail });
      return this.keys.insert(key);
    });
    return { secret, key: inserted };
  }

  /** Newest first, secrets not among them. @param subject the caller when absent; of others administrators may ask */
  async list(caller: Principal, subject?: string): Promise<AccessKeyEntity[]> {
    if (subject === undefined) return this.keys.listOf(caller.id);
    return this.keys.listOf((await this.principals.bySubject(caller, subject)).id);
  }

  /** Ends a key at once. Its owner may, and administrators. */
  async revoke(caller: Principal, id: string): Promise<AccessKeyEntity> {
    const key = ID.test(id) ? await this.keys.findById(id) : null;
    if (key?.principalId !== caller.id) await this.access.authorizeAdministration(caller);
    if (!key) throw new NotFoundError('AccessKey', id.slice(0, 100));
    await this.database.run(async () => {
      await this.keys.revoke(id);
      await this.changes.change(caller, { action: 'access-key.revoked', on: 'access-key', name: id });
    });
    return (await this.keys.findById(id))!;
  }

  /** @returns undefined for a key that is unknown, expired or revoked, or whose principal is disabled */
  async find(id: string): Promise<SigningKey | undefined> {
    const found = ID.test(id) ? await this.keys.findValid(id) : undefined;
    if (!found) return undefined;
    const { principal, sealedSecret, isStale } = found;
    return {
      principal,
      secret: await this.box.open(sealedSecret, id),
      noteUse: async () => {
        if (isStale) await this.keys.noteUse(id);
      },
    };
  }
}

/** `CAIRN` and 75 random bits in base 32. */
function newAccessKeyId(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  return `CAIRN${[...randomBytes(15)].map((byte) => alphabet[byte % 32]).join('')}`;
}
