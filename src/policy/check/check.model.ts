import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';

@InputType({ description: 'A file of a policy.' })
export class PolicyFileInput {
  @Field(() => String, { description: '`model.conf`, `*.csv` also in folders, or `tests/*.yaml`.' })
  path!: string;

  @Field(() => String)
  text!: string;
}

@ObjectType('PolicyFinding', { description: 'Something to mend in policy files, or to know of them.' })
export class PolicyFindingModel {
  @Field(() => String, { description: '`error` keeps the files from taking effect; `warning` does not.' })
  severity!: string;

  @Field(() => String, { description: 'The check that found it.' })
  check!: string;

  @Field(() => String, { description: 'Empty for the policy as a whole.' })
  file!: string;

  @Field(() => Int, { description: 'From 1; 0 for the whole file.' })
  line!: number;

  @Field(() => String)
  message!: string;
}
