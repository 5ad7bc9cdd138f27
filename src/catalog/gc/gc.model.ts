import { Field, ID, ObjectType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';

@ObjectType('GarbageCollection', {
  description: 'A collection of what nothing reaches. Its operation has the same id, and what came of it.',
})
export class GarbageCollectionModel {
  @Field(() => ID)
  operationId!: string;

  @Field(() => Boolean)
  isDryRun!: boolean;

  @Field(() => Date)
  startedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when something of what it condemned is gone: it cannot be undone any more.',
  })
  removedFromAt?: Date | null;

  @Field(() => Date, { nullable: true })
  undoneAt?: Date | null;

  @Field(() => String, { nullable: true, description: 'Subject.' })
  undoneBy?: string | null;
}

export const GarbageCollectionPage = pageType(GarbageCollectionModel, 'GarbageCollectionPage');
