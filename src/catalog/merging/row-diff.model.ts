import { Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import { BigIntScalar, JsonScalar } from '../../platform/index.js';

export const RowChangeKindEnum = { added: 'added', removed: 'removed', changed: 'changed' } as const;
registerEnumType(RowChangeKindEnum, { name: 'RowChangeKind' });

@ObjectType('RowChange', { description: 'A row that differs between two versions of a file.' })
export class RowChangeModel {
  @Field(() => RowChangeKindEnum)
  kind!: keyof typeof RowChangeKindEnum;

  @Field(() => [String], { description: 'The columns that differ; none of a row added or removed.' })
  columns!: readonly string[];

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'Values as text by column: the key, and of a changed row the columns that differ.',
  })
  before?: object;

  @Field(() => JsonScalar, { nullable: true })
  after?: object;
}

@ObjectType('RowChanges', {
  description: 'How the rows of two versions differ, in the columns that both have.',
})
export class RowChangesModel {
  @Field(() => [String], {
    nullable: true,
    description: 'The key by which rows were told apart; absent where they were compared as wholes.',
  })
  key?: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: 'Why rows were not compared, or not by the key that the repository declares.',
  })
  problem?: string;

  @Field(() => BigIntScalar, { nullable: true, description: 'Absent where rows were not compared.' })
  added?: number;

  @Field(() => BigIntScalar, { nullable: true })
  removed?: number;

  @Field(() => BigIntScalar, { nullable: true, description: 'Rows of one key with other values.' })
  changed?: number;

  @Field(() => [RowChangeModel], { description: 'Some of them, at most 100.' })
  samples!: readonly RowChangeModel[];
}
