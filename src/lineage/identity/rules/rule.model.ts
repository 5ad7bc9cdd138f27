import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { AssetModel } from '../../../catalog/index.js';
import { pageType } from '../../../platform/index.js';
import type { RuleKind } from './rule.js';

export const IdentityRuleKindEnum = {
  namespace: 'namespace',
  template: 'template',
  statement: 'statement',
  same: 'same',
  apart: 'apart',
  off: 'off',
} as const;
registerEnumType(IdentityRuleKindEnum, {
  name: 'IdentityRuleKind',
  description: 'What a rule says of names.',
  valuesMap: {
    namespace: { description: 'One namespace is another: `from.namespace` and `to.namespace`.' },
    template: {
      description:
        'Names of a pattern are spelled by another: `{word}` stands for a text, `{word.}` for one without a dot, `{word#}` for digits.',
    },
    statement: {
      description: 'Jobs of a pattern are one job as long as they run the same statement: `from`.',
    },
    same: { description: 'Two names are of one asset; `to` is shown.' },
    apart: { description: 'What events say of two names, that they are of one asset, does not count.' },
    off: { description: 'A rule that comes with Cairn is off: `rule`.' },
  },
});

export const IdentitySpaceEnum = { data: 'data', job: 'job' } as const;
registerEnumType(IdentitySpaceEnum, {
  name: 'IdentitySpace',
  description: 'Names of datasets and models, or of jobs.',
});

@ObjectType('IdentitySpelling', { description: "OpenLineage's namespace and name, or patterns of them." })
export class IdentitySpellingModel {
  @Field(() => String)
  namespace!: string;

  @Field(() => String, { nullable: true })
  name?: string | null;
}

@InputType({ description: "OpenLineage's namespace and name, or patterns of them." })
export class IdentitySpellingInput {
  @Field(() => String)
  namespace!: string;

  @Field(() => String, { nullable: true, description: 'Absent where a rule is about a whole namespace.' })
  name?: string | null;
}

@InputType({ description: 'A rule of names; which fields it needs, its kind says.' })
export class IdentityRuleInput {
  @Field(() => IdentityRuleKindEnum)
  kind!: RuleKind;

  @Field(() => IdentitySpaceEnum, { nullable: true, description: 'Default: data.' })
  space?: 'data' | 'job' | null;

  @Field(() => IdentitySpellingInput, { nullable: true })
  from?: IdentitySpellingInput | null;

  @Field(() => IdentitySpellingInput, { nullable: true })
  to?: IdentitySpellingInput | null;

  @Field(() => String, { nullable: true, description: 'Id of a rule that comes with Cairn.' })
  rule?: string | null;
}

@ObjectType('IdentityRule', { description: 'A rule by which names are of one asset.' })
export class IdentityRuleModel {
  @Field(() => ID)
  id!: string;

  @Field(() => IdentityRuleKindEnum)
  kind!: RuleKind;

  @Field(() => IdentitySpaceEnum, { nullable: true })
  space?: 'data' | 'job' | null;

  @Field(() => IdentitySpellingModel, { nullable: true })
  from?: IdentitySpellingModel | null;

  @Field(() => IdentitySpellingModel, { nullable: true })
  to?: IdentitySpellingModel | null;

  @Field(() => String, { nullable: true })
  rule?: string | null;

  @Field(() => String, { description: 'Who made it, as a subject.' })
  author!: string;

  @Field(() => String)
  reason!: string;

  @Field(() => Date)
  createdAt!: Date;

  @Field(() => Date, { nullable: true, description: 'Null while it is in force.' })
  removedAt?: Date | null;

  @Field(() => String, { nullable: true })
  removedBy?: string | null;

  @Field(() => String, { nullable: true })
  removalReason?: string | null;
}

export const IdentityRulePage = pageType(IdentityRuleModel, 'IdentityRulePage');

@ObjectType('IdentityRuleExample')
export class IdentityRuleExampleModel {
  @Field(() => IdentitySpellingModel)
  from!: IdentitySpellingModel;

  @Field(() => IdentitySpellingModel)
  to!: IdentitySpellingModel;
}

@ObjectType('BuiltinIdentityRule', { description: 'A rule of names that comes with Cairn.' })
export class BuiltinIdentityRuleModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  summary!: string;

  @Field(() => [IdentityRuleExampleModel])
  examples!: readonly IdentityRuleExampleModel[];

  @Field(() => Boolean, { description: 'Whether a rule of the installation turns it off.' })
  isOff!: boolean;
}

@ObjectType('IdentityNameChange', { description: 'A name that would come to stand for another asset.' })
export class IdentityNameChangeModel {
  @Field(() => AssetModel)
  name!: AssetModel;

  @Field(() => AssetModel, {
    nullable: true,
    description: 'What it stands for now; null where you may not see that.',
  })
  from?: AssetModel | null;

  @Field(() => AssetModel, {
    nullable: true,
    description: 'What it would stand for; null when that is new, or you may not see it.',
  })
  to?: AssetModel | null;

  @Field(() => String, { nullable: true })
  toNamespace?: string | null;

  @Field(() => String, { nullable: true })
  toName?: string | null;

  @Field(() => String, { description: 'Ids of rules, `symlinks` or `renames`, with commas.' })
  reason!: string;
}

@ObjectType('IdentityRulePreview', { description: 'What a change of the rules would do.' })
export class IdentityRulePreviewModel {
  @Field(() => Int, { description: 'Names that would come to stand for another asset than now.' })
  changes!: number;

  @Field(() => [IdentityNameChangeModel], { description: 'Those that you may see, 200 at most.' })
  names!: readonly IdentityNameChangeModel[];
}

@ObjectType('IdentityRuleChange', { description: 'A rule that was added or removed, and what that did.' })
export class IdentityRuleChangeModel {
  @Field(() => IdentityRuleModel)
  rule!: IdentityRuleModel;

  @Field(() => Int, { description: 'Names that came to stand for another asset.' })
  changes!: number;
}

@ObjectType('AssetAlias', { description: 'Another name of an asset.' })
export class AssetAliasModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  identityNamespace!: string;

  @Field(() => String)
  identityName!: string;

  @Field(() => String, {
    description: 'Ids of the rules by which it is one, `symlinks` or `renames`, with commas.',
  })
  reason!: string;
}
