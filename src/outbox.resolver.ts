import { Args, Field, ID, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { z } from 'zod';
import { Access, Caller, type Principal } from './identity/index.js';
import { Database, DeadLetters, JsonScalar, validate } from './platform/index.js';
import { AuditLog, Policy, systemResource } from './policy/index.js';

@ObjectType('DeadLetter', { description: 'A message whose deliveries were given up.' })
class DeadLetterModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  topic!: string;

  @Field(() => String)
  orderingKey!: string;

  @Field(() => JsonScalar)
  payload!: object;

  @Field(() => Int)
  attempts!: number;

  @Field(() => String)
  lastError!: string;

  @Field(() => Date)
  deadAt!: Date;
}

const LIMIT = z.int().min(1).max(1000);
const IDS = z
  .array(z.string().regex(/^\d{1,19}$/, 'must be the id of a dead letter'))
  .max(1000)
  .optional();

/** What the outbox gave up on, for administrators. */
@Resolver()
export class OutboxResolver {
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly policy: Policy,
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  @Access('governed')
  @Query(() => [DeadLetterModel], { name: 'deadLetters', description: 'Oldest first. For administrators.' })
  async listDeadLetters(
    @Caller() caller: Principal,
    @Args('first', { type: () => Int, defaultValue: 100, description: '1–1000.' }) first: number,
  ): Promise<readonly DeadLetterModel[]> {
    await this.policy.authorize(caller, 'administer', systemResource('outbox'));
    return this.deadLetters.list(validate(LIMIT, first, 'first'));
  }

  @Access('governed')
  @Mutation(() => Int, {
    description:
      'Makes dead letters due again, all of them when no ids are given. Tells how many. For administrators.',
  })
  async replayDeadLetters(
    @Caller() caller: Principal,
    @Args('ids', { type: () => [ID], nullable: true }) ids?: string[],
  ): Promise<number> {
    await this.policy.authorize(caller, 'administer', systemResource('outbox'));
    const some = validate(IDS, ids ?? undefined, 'ids');
    return this.database.run(async () => {
      await this.audit.change(caller, {
        ...{ action: 'dead-letters.replayed', on: 'system', name: 'outbox', detail: { ids: some ?? 'all' } },
      });
      return this.deadLetters.replay(some);
    });
  }
}
