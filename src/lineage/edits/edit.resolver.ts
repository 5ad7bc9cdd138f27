import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import type { EditAction } from './edit.js';
import {
  LineageEditActionEnum,
  LineageEditFilterInput,
  LineageEditModel,
  LineageEditPage,
} from './edit.model.js';
import { EditService } from './edit.service.js';

const REASON = { description: '1–2,000 characters.' } as const;

@Resolver(() => LineageEditModel)
export class EditResolver {
  constructor(private readonly service: EditService) {}

  @Access('governed')
  @Query(() => LineageEditPage, {
    description:
      'Edits of edges by hand that hold now, the latest first; those about what you may not see are absent.',
  })
  lineageEdits(
    @Caller() caller: Principal,
    @Args() page: PageArgs,
    @Args('filter', { nullable: true, type: () => LineageEditFilterInput }) filter?: LineageEditFilterInput,
  ): Promise<Page<LineageEditModel>> {
    return this.service.list(caller, filter ?? {}, page);
  }

  @Access('governed')
  @Mutation(() => LineageEditModel, {
    description:
      'Adds, removes or confirms an edge by hand, beside what events say. You must be allowed to `emit` about both ends.',
  })
  editLineage(
    @Caller() caller: Principal,
    @Args('action', { type: () => LineageEditActionEnum }) action: EditAction,
    @Args('from', { type: () => ID, description: 'The asset that data flows from.' }) from: string,
    @Args('to', { type: () => ID, description: 'The asset that it flows to.' }) to: string,
    @Args('reason', REASON) reason: string,
    @Args('expiresAt', { type: () => Date, nullable: true, description: 'Default: never.' }) expiresAt?: Date,
  ): Promise<LineageEditModel> {
    return this.service.edit(caller, { action, from, to, reason, expiresAt });
  }

  @Access('governed')
  @Mutation(() => LineageEditModel, {
    description: 'Ends an edit by hand now. Of what another made, you must be allowed to `manage` both ends.',
  })
  withdrawLineageEdit(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('reason', { type: () => String, nullable: true, ...REASON }) reason?: string,
  ): Promise<LineageEditModel> {
    return this.service.withdraw(caller, id, reason);
  }
}
