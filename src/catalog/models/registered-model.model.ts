import { Field, Float, ID, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../platform/index.js';
import { TreeEntryModel } from '../content/content.model.js';
import type { ModelMove, Stage, Tags } from './registered-model.js';

export const ModelStageEnum = {
  None: 'None',
  Staging: 'Staging',
  Production: 'Production',
  Archived: 'Archived',
} as const;
registerEnumType(ModelStageEnum, {
  name: 'ModelStage',
  description: 'How far a version of a model has come.',
});

@ObjectType('ModelAlias', { description: 'A name for a version that moves.' })
export class ModelAliasModel {
  @Field(() => String)
  alias!: string;

  @Field(() => Int)
  version!: number;
}

@ObjectType('RegisteredModel', {
  description:
    'A name under which versions of one model are numbered. It governs as the asset of its repository.',
})
export class RegisteredModelModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true, description: 'That of its asset.' })
  description!: string | null;

  @Field(() => JsonScalar, { description: 'Text by key. Classifications are those of the asset.' })
  tags!: Tags;

  @Field(() => [ModelAliasModel], { description: 'By name.' })
  aliases!: readonly ModelAliasModel[];

  @Field(() => String, { description: 'Subject.' })
  createdBy!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { description: 'When it, a version or an alias of it was changed last.' })
  updatedAt!: Date;

  /** Not fields: asset and repository are resolved from them. */
  assetId!: string;
  repository!: string;
}

export const RegisteredModelPage = pageType(RegisteredModelModel, 'RegisteredModelPage');

@ObjectType('ModelMove', { description: 'A move of an alias or of a stage, or the deletion of a version.' })
export class ModelMoveModel {
  @Field(() => String, { description: 'alias, stage or deletion.' })
  kind!: ModelMove['kind'];

  @Field(() => String, { description: 'The alias, or the number of the version.' })
  subject!: string;

  @Field(() => String, { nullable: true, description: 'The version or stage before.' })
  from!: string | null;

  @Field(() => String, { nullable: true, description: 'The version or stage since.' })
  to!: string | null;

  @Field(() => String, { description: 'Subject of who moved it.' })
  actor!: string;

  @Field(() => Date)
  at!: Date;
}

export const ModelMovePage = pageType(ModelMoveModel, 'ModelMovePage');

@ObjectType('ModelVersion', {
  description:
    'A commit, and a folder in it, with a number. It changes in description, tags, stage and aliases only.',
})
export class ModelVersionModel {
  @Field(() => String, { description: 'Name of its registered model.' })
  model!: string;

  @Field(() => Int, { description: 'Counts from 1 for each model; never given twice.' })
  number!: number;

  @Field(() => ID, { description: 'The commit of the repository of its model that holds its files.' })
  commitId!: string;

  @Field(() => String, { description: 'The folder of its files; empty for all of the commit.' })
  path!: string;

  @Field(() => String, { nullable: true })
  description!: string | null;

  @Field(() => JsonScalar, { description: 'Text by key.' })
  tags!: Tags;

  @Field(() => ModelStageEnum)
  stage!: Stage;

  @Field(() => [String])
  aliases!: readonly string[];

  @Field(() => ID, {
    nullable: true,
    description: 'The run that it came from, of Cairn or of an MLflow client.',
  })
  runId!: string | null;

  @Field(() => String, { description: 'What it was made from, as whoever registered it named it.' })
  source!: string;

  @Field(() => String, { description: 'Subject.' })
  createdBy!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date)
  updatedAt!: Date;
}

export const ModelVersionPage = pageType(ModelVersionModel, 'ModelVersionPage');

@ObjectType('ModelMetric')
export class ModelMetricModel {
  @Field(() => String)
  name!: string;

  @Field(() => Float)
  value!: number;
}

@ObjectType('ModelSignatureField')
export class SignatureFieldModel {
  @Field(() => String, { nullable: true })
  name?: string;

  @Field(() => String, { description: 'As the file says it: double, float32[-1,4], float[N,5] …' })
  type!: string;
}

@ObjectType('ModelSignature', { description: 'What a model takes and gives.' })
export class ModelSignatureModel {
  @Field(() => String, { description: 'The file that says so.' })
  source!: string;

  @Field(() => [SignatureFieldModel])
  inputs!: readonly SignatureFieldModel[];

  @Field(() => [SignatureFieldModel])
  outputs!: readonly SignatureFieldModel[];

  @Field(() => [SignatureFieldModel], { description: 'Parameters of an inference.' })
  params!: readonly SignatureFieldModel[];
}

@ObjectType('TrainingInput', { description: 'A commit that a model was trained on.' })
export class TrainingInputModel {
  @Field(() => String, { description: 'Where the run found it.' })
  mount!: string;

  @Field(() => ID)
  commitId!: string;

  @Field(() => [String], { description: 'Repositories with that commit that you may see.' })
  repositories!: readonly string[];
}

export const ModelFilePage = pageType(TreeEntryModel, 'ModelFilePage');
