import { Field, ID, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import type { RepositoryKind } from './repository.js';

export const RepositoryKindEnum = { dataset: 'dataset', model: 'model' } as const;
registerEnumType(RepositoryKindEnum, { name: 'RepositoryKind', description: 'What a repository holds.' });

@ObjectType('Repository', { description: 'The versioned content of a dataset or a model.' })
export class RepositoryModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => RepositoryKindEnum)
  kind!: RepositoryKind;

  @Field(() => String)
  defaultBranch!: string;

  @Field(() => String, { description: 'Subject of who made it.' })
  createdBy!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => JsonScalar, {
    description:
      'What commits and merges must pass: schemaCompatibility, maxFileBytes, maxChanges, requiredMetadata, and the branches they hold for.',
  })
  checks!: object;

  @Field(() => Date, { nullable: true, description: 'Since when it is deleted, though it can be had back.' })
  deletedAt!: Date | null;

  /** Not a field: the asset is resolved from it. */
  assetId!: string;
}

export const RepositoryPage = pageType(RepositoryModel, 'RepositoryPage');

@InputType()
export class CreateRepositoryInput {
  @Field(() => String, {
    description: '1–63 lower-case letters, digits, ".", "_" or "-"; unique in the service.',
  })
  name!: string;

  @Field(() => RepositoryKindEnum)
  kind!: RepositoryKind;

  @Field(() => String, { description: "Its place in policy's tree of namespaces, e.g. `research/penguins`." })
  namespace!: string;

  @Field(() => String, { nullable: true })
  description?: string;
}
