import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { Database, type PageRequest } from '../../platform/index.js';
import { PrincipalEntity } from './principal.entity.js';
import type { PrincipalKind } from './principal.js';

@Injectable()
export class PrincipalRepository {
  constructor(private readonly database: Database) {}

  async insert(
    principal: Pick<PrincipalEntity, 'id' | 'kind' | 'name' | 'displayName' | 'attributes'>,
  ): Promise<PrincipalEntity> {
    const principals = this.database.repository(PrincipalEntity);
    await principals.insert(principal);
    return principals.findOneByOrFail({ id: principal.id });
  }

  findBySubject(kind: PrincipalKind, name: string): Promise<PrincipalEntity | null> {
    return this.database.repository(PrincipalEntity).findOneBy({ kind, name });
  }

  findById(id: string): Promise<PrincipalEntity | null> {
    return this.database.repository(PrincipalEntity).findOneBy({ id });
  }

  /** In the order of (kind, name). */
  list(page: PageRequest<readonly [string, string]>): Promise<PrincipalEntity[]> {
    const [kind, name] = page.after ?? ['', ''];
    return this.database
      .repository(PrincipalEntity)
      .createQueryBuilder('p')
      .where('(p.kind, p.name) > (:kind, :name)', { kind, name })
      .orderBy({ 'p.kind': 'ASC', 'p.name': 'ASC' })
      .limit(page.limit)
      .getMany();
  }

  /** In the order of (kind, name). */
  listEnabled(limit: number): Promise<PrincipalEntity[]> {
    return this.database
      .repository(PrincipalEntity)
      .find({ where: { disabledAt: IsNull() }, order: { kind: 'ASC', name: 'ASC' }, take: limit });
  }

  async disable(id: string): Promise<void> {
    await this.database.query(
      'UPDATE principal SET disabled_at = coalesce(disabled_at, now()) WHERE id = $1',
      [id],
    );
  }
}
