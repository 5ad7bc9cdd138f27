import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  AlreadyExistsError,
  Database,
  isUniqueViolation,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { ACCESS_DECIDER, type AccessDecider } from '../access/decider.js';
import { CHANGES, type Changes } from '../changes/changes.js';
import type { PrincipalEntity } from './principal.entity.js';
import { type Principal, type PrincipalKind, subjectOf } from './principal.js';
import { PrincipalRepository } from './principal.repository.js';

const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

const CREATE_PRINCIPAL = z.object({
  kind: z.enum(['user', 'service']),
  name: z
    .string()
    .regex(
      NAME,
      'must be 1–63 lower-case letters, digits, ".", "_" or "-", with a letter or digit at both ends',
    ),
  displayName: z.string().trim().min(1).max(200).optional(),
  attributes: z
    .record(
      z.string().regex(/^[a-z][a-zA-Z0-9_]{0,63}$/),
      z.union([z.string().max(200), z.number(), z.boolean()]),
    )
    .default({}),
});

const SUBJECT = /^(user|service):(.+)$/;

/** People and programs. Administrators make them; everybody may see themselves. */
@Injectable()
export class PrincipalService {
  constructor(
    private readonly database: Database,
    private readonly principals: PrincipalRepository,
    @Inject(ACCESS_DECIDER) private readonly access: AccessDecider,
    @Inject(CHANGES) private readonly changes: Changes,
  ) {}

  /** @throws {AlreadyExistsError} when the subject is taken */
  async create(caller: Principal, input: z.input<typeof CREATE_PRINCIPAL>): Promise<PrincipalEntity> {
    await this.access.authorizeAdministration(caller);
    const { displayName, ...principal } = validate(CREATE_PRINCIPAL, input, 'input');
    try {
      return await this.database.run(async () => {
        const { attributes } = principal;
        const name = subjectOf(principal);
        await this.changes.change(caller, {
          ...{ action: 'principal.created', on: 'principal', name, detail: { attributes } },
        });
        return this.principals.insert({
          ...principal,
          id: randomUUID(),
          displayName: displayName ?? principal.name,
        });
      });
    } catch (error) {
      if (isUniqueViolation(error, 'principal_subject'))
        throw new AlreadyExistsError('Principal', subjectOf(principal));
      throw error;
    }
  }

  /** Ends all access of a principal at once; what it did stays under its name. */
  async disable(caller: Principal, subject: string): Promise<PrincipalEntity> {
    await this.access.authorizeAdministration(caller);
    const { id } = await this.bySubject(caller, subject);
    await this.database.run(async () => {
      await this.principals.disable(id);
      await this.changes.change(caller, { action: 'principal.disabled', on: 'principal', name: subject });
    });
    return (await this.principals.findById(id))!;
  }

  async list(caller: Principal, args: PageArgs): Promise<Page<PrincipalEntity>> {
    await this.access.authorizeAdministration(caller);
    const request = pageRequest<readonly [string, string]>(args, 2);
    return pageOf(await this.principals.list(request), request, (p) => [p.kind, p.name]);
  }

  /**
   * @param subject `user:NAME` or `service:NAME`
   * @throws {NotFoundError}
   */
  async bySubject(caller: Principal, subject: string): Promise<PrincipalEntity> {
    if (subject !== subjectOf(caller)) await this.access.authorizeAdministration(caller);
    const principal = await this.named(subject);
    if (!principal) throw new NotFoundError('Principal', subject);
    return principal;
  }

  /** The principal of a subject, if there is one. The caller of this has been authorized. */
  async named(subject: string): Promise<PrincipalEntity | undefined> {
    const [, kind, name] = SUBJECT.exec(subject) ?? [];
    if (name === undefined) return undefined;
    return (await this.principals.findBySubject(kind as PrincipalKind, name)) ?? undefined;
  }

  /** Those who can act, the first by kind and name. The caller of this has been authorized. */
  async enabled(limit: number): Promise<readonly Principal[]> {
    return this.principals.listEnabled(limit);
  }

  /** Who wrote a thing, to be shown beside it; undefined for a principal that is gone. */
  async byId(id: string): Promise<Principal | undefined> {
    return (await this.principals.findById(id)) ?? undefined;
  }
}
