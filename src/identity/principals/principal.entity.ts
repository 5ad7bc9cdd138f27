import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { AttributeValue, PrincipalKind } from './principal.js';

@Entity('principal')
@Check('principal_kind', "kind IN ('user', 'service')")
@Unique('principal_subject', ['kind', 'name'])
export class PrincipalEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  kind!: PrincipalKind;

  @Column('text')
  name!: string;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('jsonb', { default: {} })
  attributes!: Record<string, AttributeValue>;

  @Column('text', { array: true, default: [] })
  groups!: string[];

  @Column('timestamptz', { name: 'groups_until', nullable: true })
  groupsUntil!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'disabled_at', nullable: true })
  disabledAt!: Date | null;
}
