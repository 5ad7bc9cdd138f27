import { Field, InputType, Int } from '@nestjs/graphql';
import { JsonScalar } from '../../platform/index.js';
import { ModelStageEnum } from './registered-model.model.js';
import type { Stage } from './registered-model.js';

@InputType()
export class CreateRegisteredModelInput {
  @Field(() => String, { description: '1–255 characters without "/" and ":"; unique in the service.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: "For a new repository: its place in policy's tree of namespaces.",
  })
  namespace?: string;

  @Field(() => String, { nullable: true, description: 'Instead of namespace: a repository of kind model.' })
  repository?: string;

  @Field(() => String, { nullable: true })
  description?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text by key, up to 100 keys.' })
  tags?: Record<string, string>;
}

@InputType()
export class CreateModelVersionInput {
  @Field(() => String, { description: 'Name of the registered model.' })
  model!: string;

  @Field(() => String, { description: 'Where the files are.' })
  revision!: string;

  @Field(() => String, {
    nullable: true,
    description:
      "Where the revision is. The model's own when absent; from another one the content is brought over.",
  })
  repository?: string;

  @Field(() => String, {
    nullable: true,
    description: 'The folder of the files; all of the commit when absent.',
  })
  path?: string;

  @Field(() => String, { nullable: true })
  description?: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Text by key, up to 100 keys.' })
  tags?: Record<string, string>;

  @Field(() => String, {
    nullable: true,
    description: 'The run that made it, where the commit does not say.',
  })
  runId?: string;
}

@InputType({ description: 'What to change; absent stays.' })
export class UpdateRegisteredModelInput {
  @Field(() => String)
  name!: string;

  @Field(() => String, { nullable: true })
  newName?: string;

  @Field(() => String, { nullable: true, description: 'null removes it.' })
  description?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Tags to set; null as a value removes one.' })
  tags?: Record<string, string | null>;
}

@InputType({ description: 'What to change; absent stays.' })
export class UpdateModelVersionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => String, { nullable: true, description: 'null removes it.' })
  description?: string | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Tags to set; null as a value removes one.' })
  tags?: Record<string, string | null>;
}

@InputType()
export class SetModelAliasInput {
  @Field(() => String)
  model!: string;

  @Field(() => String, { description: '1–255 letters, digits, "_" or "-"; not latest, 1 or v1.' })
  alias!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'Refuse when the alias is not at this version; 0: nowhere.',
  })
  expectedVersion?: number;
}

@InputType()
export class DeleteModelAliasInput {
  @Field(() => String)
  model!: string;

  @Field(() => String)
  alias!: string;

  @Field(() => Int, { nullable: true, description: 'Refuse when the alias is not at this version.' })
  expectedVersion?: number;
}

@InputType()
export class TransitionModelVersionInput {
  @Field(() => String)
  model!: string;

  @Field(() => Int)
  version!: number;

  @Field(() => ModelStageEnum)
  stage!: Stage;

  @Field(() => Boolean, { defaultValue: false, description: 'Moves what else is in the stage to Archived.' })
  archiveExisting!: boolean;
}
