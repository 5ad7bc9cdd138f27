import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import type { AssetKind } from './asset.js';

export const AssetKindEnum = {
  dataset: 'dataset',
  model: 'model',
  job: 'job',
  endpoint: 'endpoint',
  workload: 'workload',
} as const;
registerEnumType(AssetKindEnum, { name: 'AssetKind', description: 'What an asset is.' });

@ObjectType('Asset', {
  description:
    'Anything with a place in the catalog. Other rooms add their fields: repository, lineage, runs, endpoint.',
})
export class AssetModel {
  @Field(() => ID)
  id!: string;

  @Field(() => AssetKindEnum)
  kind!: AssetKind;

  @Field(() => String, {
    description:
      "OpenLineage's namespace, e.g. `postgres://db:5432`; `cairn` for what Cairn versions or runs.",
  })
  identityNamespace!: string;

  @Field(() => String, { description: "OpenLineage's name." })
  identityName!: string;

  @Field(() => String, { description: "Its place in policy's tree of namespaces, e.g. `research/penguins`." })
  namespace!: string;

  @Field(() => Boolean, { description: 'Whether Cairn versions its content or runs it.' })
  isManaged!: boolean;

  @Field(() => String, { nullable: true })
  description?: string | null;

  @Field(() => [String], { description: 'Subjects, e.g. `user:pia`.' })
  owners!: readonly string[];

  @Field(() => [String], { description: 'Classifications; `unclassified` as long as nobody has looked.' })
  tags!: readonly string[];

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date)
  updatedAt!: Date;
}

export const AssetPage = pageType(AssetModel, 'AssetPage');

@InputType({ description: 'Which assets a list shows; absent means any.' })
export class AssetFilterInput {
  @Field(() => [AssetKindEnum], { nullable: true })
  kinds?: AssetKind[];

  @Field(() => String, { nullable: true, description: 'A policy namespace and all below it.' })
  namespace?: string;

  @Field(() => String, { nullable: true })
  tag?: string;

  @Field(() => String, { nullable: true })
  owner?: string;
}

@InputType({ description: 'What to change; absent stays.' })
export class EditAssetInput {
  @Field(() => String, { nullable: true, description: 'Up to 10,000 characters; null removes it.' })
  description?: string | null;

  @Field(() => [String], { nullable: true, description: 'All owners, as subjects. Up to 20.' })
  owners?: string[];

  @Field(() => [String], {
    nullable: true,
    description: 'All classifications, e.g. `pii.email`. Up to 50; an empty list says: looked at, none.',
  })
  tags?: string[];
}
