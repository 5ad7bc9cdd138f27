import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetModel } from '../../catalog/index.js';
import { BigIntScalar, pageType } from '../../platform/index.js';
import { TrainingRunModel } from '../training/index.js';
import type { DesiredEndpoint, EndpointRevision, ObservedEndpoint } from './endpoint.js';

export const DesiredEndpointEnum = { serving: 'serving', stopped: 'stopped' } as const;
registerEnumType(DesiredEndpointEnum, {
  name: 'DesiredEndpoint',
  description: 'What somebody wants of an endpoint.',
});

export const ObservedEndpointEnum = {
  pending: 'pending',
  ready: 'ready',
  failed: 'failed',
  stopped: 'stopped',
} as const;
registerEnumType(ObservedEndpointEnum, {
  name: 'ObservedEndpoint',
  description:
    'What an endpoint does. `pending`: its model is being loaded; `failed`: its model cannot be served.',
});

@ObjectType('EndpointRevision', { description: 'A model version as it was deployed. Never changes.' })
export class EndpointRevisionModel {
  @Field(() => Int, { description: '1, 2, … within the endpoint.' })
  number!: number;

  @Field(() => String)
  repository!: string;

  @Field(() => ID)
  commitId!: string;

  @Field(() => String)
  path!: string;

  @Field(() => ID)
  sha256!: string;

  @Field(() => BigIntScalar)
  sizeBytes!: number;

  @Field(() => String, { description: 'Subject.' })
  deployedBy!: string;

  @Field(() => String, { nullable: true, description: 'Why the model cannot be served.' })
  refusal?: string | null;

  @Field(() => Date)
  createdAt!: Date;
}

@ObjectType('Endpoint', { description: 'A served name.' })
export class EndpointModel {
  @Field(() => String)
  name!: string;

  @Field(() => String, { description: "Its place in policy's tree of namespaces." })
  namespace!: string;

  assetId!: string;

  @Field(() => DesiredEndpointEnum)
  desired!: DesiredEndpoint;

  @Field(() => ObservedEndpointEnum)
  observed!: ObservedEndpoint;

  @Field(() => String, { nullable: true, description: 'Why it is not as it should be.' })
  reason?: string | null;

  /** The one that is wanted; shown by the resolver to those who may see its model. */
  revision!: EndpointRevision;

  @Field(() => Date)
  createdAt!: Date;
}

export const EndpointPage = pageType(EndpointModel, 'EndpointPage');

@ObjectType('ServedBy', { description: 'An endpoint that answers with what was learnt from an asset.' })
export class ServedByModel {
  @Field(() => EndpointModel)
  endpoint!: EndpointModel;

  @Field(() => AssetModel)
  model!: AssetModel;

  @Field(() => ID, { description: 'The model version that is served.' })
  modelCommitId!: string;

  @Field(() => TrainingRunModel, {
    nullable: true,
    description:
      'The training that made it; null for a model that was not trained here, or when you may not see it.',
  })
  trainingRun?: TrainingRunModel | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The version of this asset that was learnt from; null when this asset is the model itself.',
  })
  dataCommitId?: string | null;
}

@InputType()
export class DeployEndpointInput {
  @Field(() => String, { description: '1–63 lower-case letters, digits or "-".' })
  name!: string;

  @Field(() => String, { description: "The endpoint's place in policy's tree of namespaces." })
  namespace!: string;

  @Field(() => String, { description: 'Repository of the model.' })
  repository!: string;

  @Field(() => String, { description: 'Branch, tag or commit; pinned to its commit now.' })
  revision!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The ONNX file; may be absent when the commit has just one.',
  })
  path?: string | null;
}
