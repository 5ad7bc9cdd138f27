import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { pageType } from '../../platform/index.js';
import type { Dialect, Status } from './analysis.js';

export const StatementStatusEnum = { exact: 'exact', partial: 'partial', unparsed: 'unparsed' } as const;
registerEnumType(StatementStatusEnum, {
  name: 'StatementStatus',
  description:
    '`exact`: all of its lineage is known; `partial`: its problems name what is missing; `unparsed`: nothing is known of it.',
});

export const SqlDialectEnum = { postgresql: 'postgresql', trino: 'trino' } as const;
registerEnumType(SqlDialectEnum, { name: 'SqlDialect', description: 'Whose SQL it is.' });

@ObjectType('StatementProblem', { description: 'Something of a statement that could not be told.' })
export class StatementProblemModel {
  @Field(() => String, { description: '`unknown-columns`, `ambiguous-column`, `unknown-function` …' })
  code!: string;

  @Field(() => String, { description: 'The table, column or function that it is about.' })
  subject!: string;

  @Field(() => String)
  message!: string;

  @Field(() => Int, { nullable: true, description: 'In the posted text, from 1.' })
  line?: number;

  @Field(() => Int, { nullable: true })
  column?: number;
}

@ObjectType('Statement', { description: 'An SQL statement that an engine has run, as the ledger keeps it.' })
export class StatementModel {
  @Field(() => ID)
  id!: string;

  @Field(() => Date)
  receivedAt!: Date;

  @Field(() => SqlDialectEnum)
  dialect!: Dialect;

  @Field(() => String, { description: 'The engine: an OpenLineage namespace.' })
  source!: string;

  @Field(() => String, { nullable: true, description: 'Who ran it there.' })
  engineUser!: string | null;

  @Field(() => String, { nullable: true })
  queryId!: string | null;

  @Field(() => Date, { description: 'When it ended.' })
  executedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'Without secrets. Null for who may not read all that it names.',
  })
  text!: string | null;

  @Field(() => String, { description: 'The same for statements that differ in literals only.' })
  fingerprint!: string;

  @Field(() => String, { nullable: true, description: '`INSERT`, `CREATE TABLE AS`.' })
  verb!: string | null;

  @Field(() => StatementStatusEnum)
  status!: Status;

  @Field(() => [StatementProblemModel])
  problems!: readonly StatementProblemModel[];

  inputIds!: readonly string[];

  outputIds!: readonly string[];

  @Field(() => Int, { description: 'Written columns whose lineage is known.' })
  columnCount!: number;

  jobId!: string | null;

  @Field(() => String, { nullable: true, description: "Of its event, in lineage's log." })
  eventId!: string | null;

  @Field(() => String, { description: 'Who posted it.' })
  principal!: string;
}

export const StatementPage = pageType(StatementModel, 'StatementPage');

@InputType({ description: 'Which statements a list shows; what is left out means any.' })
export class StatementFilterInput {
  @Field(() => StatementStatusEnum, { nullable: true })
  status?: Status | null;

  @Field(() => SqlDialectEnum, { nullable: true })
  dialect?: Dialect | null;

  @Field(() => String, { nullable: true })
  source?: string | null;

  @Field(() => String, { nullable: true, description: 'Who ran it in the engine.' })
  user?: string | null;

  @Field(() => ID, { nullable: true, description: 'An asset that it reads or writes.' })
  asset?: string | null;

  @Field(() => Date, { nullable: true, description: 'It ended then or later.' })
  since?: Date | null;

  @Field(() => Date, { nullable: true, description: 'It ended before.' })
  until?: Date | null;

  @Field(() => String, { nullable: true, description: 'Somewhere in the text, in any case.' })
  text?: string | null;
}
