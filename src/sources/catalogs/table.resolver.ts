import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { AssetModel } from '../../catalog/index.js';
import { Access } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { TableChangeModel, TableModel } from './connection.model.js';
import { TableRepository } from './table.repository.js';

const FIRST = z.int().min(1).max(200);

/** Whoever may see the asset may see what sources say of it. */
@Resolver(() => AssetModel)
export class TableResolver {
  constructor(private readonly tables: TableRepository) {}

  @Access('governed')
  @ResolveField('externalEntries', () => [TableModel], {
    description: 'What external sources say of this asset, by connection.',
  })
  async listEntries(@Parent() { id }: AssetModel): Promise<TableModel[]> {
    const rows = await this.tables.ofAsset(id);
    return rows.map(({ statistics, ...row }) => ({
      ...row,
      statistics: { ...statistics, isEstimate: statistics.isEstimate === true },
    }));
  }

  @Access('governed')
  @ResolveField('externalChanges', () => [TableChangeModel], {
    description: 'Changes that scans of external sources found, newest first; those of a year.',
  })
  async listChanges(
    @Parent() { id }: AssetModel,
    @Args('first', { type: () => Int, defaultValue: 20, description: '1–200.' }) first: number,
  ): Promise<TableChangeModel[]> {
    const changes = await this.tables.changesOf(id, validate(FIRST, first, 'first'));
    return changes.map(({ connection, diff, changedAt }) => ({ connection, diff: { ...diff }, changedAt }));
  }
}
