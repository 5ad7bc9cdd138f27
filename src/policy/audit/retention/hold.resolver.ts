import { Args, Field, ID, InputType, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../../identity/index.js';
import type { AuditHold } from './hold.repository.js';
import { HoldService } from './hold.service.js';

@ObjectType('AuditHold', { description: 'Keeps records of the audit log from being ended by retention.' })
class AuditHoldModel {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  subject!: string | null;

  @Field(() => String, { nullable: true })
  asset!: string | null;

  @Field(() => Date, { nullable: true })
  from!: Date | null;

  @Field(() => Date, { nullable: true })
  to!: Date | null;

  @Field(() => String)
  reason!: string;

  @Field(() => String)
  author!: string;

  @Field(() => Date)
  createdAt!: Date;
}

@InputType()
class AddAuditHoldInput {
  @Field(() => String, { nullable: true, description: 'user:NAME or service:NAME.' })
  subject?: string;

  @Field(() => String, { nullable: true, description: 'KIND/NAME, e.g. dataset/orders.' })
  asset?: string;

  @Field(() => String, { nullable: true, description: 'An instant.' })
  from?: string;

  @Field(() => String, { nullable: true, description: 'An instant; excluded.' })
  to?: string;

  @Field(() => String, { description: '1–1,000 characters.' })
  reason!: string;
}

@Resolver()
export class AuditHoldResolver {
  constructor(private readonly holds: HoldService) {}

  @Access('governed')
  @Query(() => [AuditHoldModel], { description: 'Legal holds. For those who administer system/audit.' })
  auditHolds(@Caller() caller: Principal): Promise<AuditHold[]> {
    return this.holds.list(caller);
  }

  @Access('governed')
  @Mutation(() => AuditHoldModel, {
    description: 'Keeps the months in which there are such records. For those who administer system/audit.',
  })
  addAuditHold(@Caller() caller: Principal, @Args('input') input: AddAuditHoldInput): Promise<AuditHold> {
    return this.holds.add(caller, input);
  }

  @Access('governed')
  @Mutation(() => AuditHoldModel, {
    description: 'Ends a legal hold. For those who administer system/audit.',
  })
  removeAuditHold(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AuditHold> {
    return this.holds.remove(caller, id);
  }
}
