import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { Database, InvalidInputError, NotFoundError, validate } from '../../../platform/index.js';
import { Policy } from '../../policy.service.js';
import { systemResource } from '../../vocabulary.js';
import { AuditLog } from '../audit-log.js';
import { AUDIT_FILTER } from '../reading/filter.js';
import { type AuditHold, HoldRepository } from './hold.repository.js';

const MAX_HOLDS = 1_000;
const ADD = AUDIT_FILTER.pick({ subject: true, asset: true, from: true, to: true }).extend({
  reason: z.string().trim().min(1, 'must say why').max(1_000),
});

/** Legal holds: months with records that one names are kept until it is released. For those who administer `system/audit`. */
@Injectable()
export class HoldService {
  constructor(
    private readonly database: Database,
    private readonly holds: HoldRepository,
    private readonly audit: AuditLog,
    private readonly policy: Policy,
  ) {}

  /** By subject, asset or period, or several of them at once. @throws {InvalidInputError} */
  async add(caller: Principal, input: z.input<typeof ADD>): Promise<AuditHold> {
    await this.authorize(caller);
    const { subject = null, asset = null, from = null, to = null, reason } = validate(ADD, input, 'input');
    if (subject === null && asset === null && from === null && to === null)
      throw new InvalidInputError('input', 'must name a subject, an asset or a period');
    return this.database.run(async () => {
      if ((await this.holds.list(MAX_HOLDS)).length === MAX_HOLDS)
        throw new InvalidInputError('input', `must leave at most ${MAX_HOLDS} holds`);
      const hold = { id: randomUUID(), subject, asset, from, to, reason, author: subjectOf(caller) };
      await this.audit.change(caller, {
        ...{
          action: 'audit-hold.added',
          on: 'audit-hold',
          name: hold.id,
          detail: { subject, asset, from, to, reason },
        },
      });
      return this.holds.insert(hold);
    });
  }

  /** Those that hold, the oldest first. */
  async list(caller: Principal): Promise<AuditHold[]> {
    await this.authorize(caller);
    return this.holds.list(MAX_HOLDS);
  }

  /** @throws {NotFoundError} */
  async remove(caller: Principal, id: string): Promise<AuditHold> {
    await this.authorize(caller);
    const known = validate(z.uuid({ error: 'must be the id of a hold' }), id, 'id');
    return this.database.run(async () => {
      const hold = await this.holds.release(known, subjectOf(caller));
      if (!hold) throw new NotFoundError('AuditHold', id);
      await this.audit.change(caller, { action: 'audit-hold.removed', on: 'audit-hold', name: id });
      return hold;
    });
  }

  private authorize(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('audit'));
  }
}
