import { Args, ID, Mutation, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { AssetModel } from '../assets/asset.model.js';
import type { ClaimState } from './claim.js';
import { ClaimStateEnum, ClassificationModel } from './classification.model.js';
import { ClassificationService } from './classification.service.js';

const OF_ASSET = { type: () => ID, description: 'Of the asset.' } as const;
const TAG = { description: 'E.g. `pii.email`.' } as const;
const COLUMN = {
  type: () => String,
  nullable: true,
  description: 'Absent for the asset as a whole; a field of a struct as `struct.field`.',
} as const;
const REASON = { description: '1–2,000 characters.' } as const;

@Resolver(() => ClassificationModel)
export class ClassificationResolver {
  constructor(private readonly service: ClassificationService) {}

  @Access('governed')
  @Mutation(() => AssetModel, {
    description:
      'Says by hand that an asset or a column carries a classification. You must be allowed to `manage` it.',
  })
  addClassification(
    @Caller() caller: Principal,
    @Args('id', OF_ASSET) id: string,
    @Args('tag', TAG) tag: string,
    @Args('reason', REASON) reason: string,
    @Args('column', COLUMN) column?: string,
  ): Promise<AssetModel> {
    return this.service.add(caller, id, { tag, column, reason });
  }

  @Access('governed')
  @Mutation(() => AssetModel, {
    description:
      'Takes back what was said by hand. What a scanner says is rejected instead, what flows is declassified.',
  })
  removeClassification(
    @Caller() caller: Principal,
    @Args('id', OF_ASSET) id: string,
    @Args('tag', TAG) tag: string,
    @Args('reason', REASON) reason: string,
    @Args('column', COLUMN) column?: string,
  ): Promise<AssetModel> {
    return this.service.remove(caller, id, { tag, column, reason });
  }

  @Access('governed')
  @Mutation(() => AssetModel, {
    description:
      'Decides about what scanners say: confirmed, or rejected, which no later scan overturns; suggested asks it again.',
  })
  decideClassification(
    @Caller() caller: Principal,
    @Args('id', OF_ASSET) id: string,
    @Args('tag', TAG) tag: string,
    @Args('state', { type: () => ClaimStateEnum }) state: ClaimState,
    @Args('reason', REASON) reason: string,
    @Args('column', COLUMN) column?: string,
  ): Promise<AssetModel> {
    return this.service.decide(caller, id, { tag, column, state, reason });
  }
}
