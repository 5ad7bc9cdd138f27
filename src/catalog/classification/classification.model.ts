import { Field, Float, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { ClaimOrigin, ClaimState } from './claim.js';

const ClaimOriginEnum = { hand: 'hand', scanner: 'scanner', flow: 'flow' } as const;
registerEnumType(ClaimOriginEnum, {
  name: 'ClassificationOrigin',
  description: 'Who says it: people, a scanner; or it flowed there from what the data was made of.',
});

export const ClaimStateEnum = {
  suggested: 'suggested',
  confirmed: 'confirmed',
  rejected: 'rejected',
} as const;
registerEnumType(ClaimStateEnum, {
  name: 'ClassificationState',
  description:
    'What people decided: nothing yet, that it is right, or that it is wrong until it is asked again.',
});

@ObjectType('Classification', {
  description:
    'That an asset or a column carries a classification, as one origin says it; several origins are beside each other.',
})
export class ClassificationModel {
  @Field(() => String)
  tag!: string;

  @Field(() => String, {
    nullable: true,
    description: 'A field of a struct as `struct.field`; null for the asset as a whole.',
  })
  column!: string | null;

  @Field(() => ClaimOriginEnum)
  origin!: ClaimOrigin;

  @Field(() => String, { nullable: true, description: 'The scanner that says it.' })
  source!: string | null;

  @Field(() => Float, { description: '0–1; 1 of people and flows.' })
  confidence!: number;

  @Field(() => ClaimStateEnum)
  state!: ClaimState;

  @Field(() => Boolean, {
    description:
      'Whether it counts: said by hand or confirmed, of a scanner that is sure enough, or flowed from one that counts.',
  })
  isEffective!: boolean;

  @Field(() => String, { description: 'Subject of who said it, or decided about it last.' })
  author!: string;

  @Field(() => String, { description: 'Why; of scanners in counts, never values.' })
  reason!: string;

  @Field(() => Date, { nullable: true, description: 'Null of flows.' })
  since!: Date | null;
}
