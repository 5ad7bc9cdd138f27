import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { RepositoryChecks } from '../checks/checks.js';
import type { Repository, RepositoryKind } from './repository.js';

@Entity('repository')
@Check('repository_kind', "kind IN ('dataset', 'model')")
@Unique('repository_name', ['name'])
@Unique('repository_of_asset', ['assetId'])
export class RepositoryEntity implements Repository {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: RepositoryKind;

  @ForeignKey('AssetEntity', { name: 'repository_asset' })
  @Column('uuid', { name: 'asset_id' })
  assetId!: string;

  @Column('text', { name: 'default_branch', default: 'main' })
  defaultBranch!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('jsonb', { default: {} })
  checks!: RepositoryChecks;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;
}
