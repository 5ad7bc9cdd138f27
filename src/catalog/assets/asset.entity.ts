import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Asset, AssetKind, AssetSpace } from './asset.js';

@Entity('asset')
@Check('asset_space', "space IN ('data', 'job')")
@Check('asset_kind', "kind IN ('dataset', 'model', 'job', 'endpoint', 'workload')")
@Unique('asset_identity', ['space', 'identityNamespace', 'identityName'])
@Index('asset_by_name', ['identityName', 'id'])
@Index('asset_by_namespace', ['namespace', 'identityName', 'id'])
@Index('asset_by_tag', { synchronize: false })
@Index('asset_by_change', ['changedBy'])
@Index('asset_by_alias', ['aliasOf', 'createdAt'], { where: 'alias_of IS NOT NULL' })
@Index('asset_by_name_of_alias', ['aliasOf', 'identityNamespace'], { where: 'alias_of IS NOT NULL' })
export class AssetEntity implements Asset {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  space!: AssetSpace;

  @Column('text')
  kind!: AssetKind;

  @Column('text', { name: 'identity_namespace' })
  identityNamespace!: string;

  @Column('text', { name: 'identity_name' })
  identityName!: string;

  @Column('text')
  namespace!: string;

  @Column('boolean', { name: 'is_managed', default: false })
  isManaged!: boolean;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { array: true, default: '{}' })
  owners!: string[];

  @Column('text', { array: true, default: '{unclassified}' })
  tags!: string[];

  @Column('uuid', { name: 'alias_of', nullable: true })
  aliasOf!: string | null;

  /** When a person or a scanner last looked for what it holds; null for never. */
  @Column('timestamptz', { name: 'examined_at', nullable: true })
  examinedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;

  /** The transaction that last changed it. */
  @Column('bigint', { name: 'changed_by' })
  changedBy!: string;
}
