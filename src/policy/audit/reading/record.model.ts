import { Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { JsonScalar, pageType } from '../../../platform/index.js';

@ObjectType('AuditRecord', { description: 'A decision or a change, as the audit log has it.' })
export class AuditRecordModel {
  @Field(() => ID, { description: 'SEGMENT:NUMBER.' })
  id!: string;

  @Field(() => String, { description: 'SHA-256 over the hash before it and its body, in hex.' })
  hash!: string;

  @Field(() => String, { description: 'decision, list, change, opened, closed or retired.' })
  kind!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => String, { nullable: true, description: 'Who asked, or who changed it.' })
  subject?: string;

  @Field(() => String, { nullable: true })
  action?: string;

  @Field(() => String, { nullable: true, description: 'Kind and name, e.g. dataset/orders.' })
  object?: string;

  @Field(() => String, { nullable: true })
  namespace?: string;

  @Field(() => Boolean, { nullable: true, description: 'Of decisions.' })
  isAllowed?: boolean;

  @Field(() => JsonScalar, { description: 'All that it says.' })
  said!: unknown;
}

export const AuditRecordPage = pageType(AuditRecordModel, 'AuditRecordPage');

@InputType()
export class AuditFilterInput {
  @Field(() => String, { nullable: true, description: 'An instant, e.g. 2026-03-01T00:00:00Z.' })
  from?: string;

  @Field(() => String, { nullable: true, description: 'An instant; excluded.' })
  to?: string;

  @Field(() => String, { nullable: true, description: 'user:NAME or service:NAME.' })
  subject?: string;

  @Field(() => String, { nullable: true, description: 'KIND/NAME, e.g. dataset/orders.' })
  asset?: string;

  @Field(() => String, { nullable: true })
  namespace?: string;

  @Field(() => String, { nullable: true, description: 'E.g. write, or token.issued.' })
  action?: string;

  @Field(() => String, { nullable: true, description: 'decision, list, change, opened, closed or retired.' })
  kind?: 'decision' | 'list' | 'change' | 'opened' | 'closed' | 'retired';

  @Field(() => Boolean, { defaultValue: false })
  deniedOnly!: boolean;
}

@ObjectType('AuditProof', { description: 'That a record is one of those that a root was signed for.' })
export class AuditProofModel {
  @Field(() => String, { description: 'The body, as it was hashed.' })
  body!: string;

  @Field(() => String)
  hash!: string;

  @Field(() => Int)
  number!: number;

  @Field(() => String, { description: "The root's text, as it was signed." })
  root!: string;

  @Field(() => [String], { description: "Hashes within the segment's tree, from the bottom up." })
  path!: readonly string[];

  @Field(() => [String], { description: "Hashes within the root's tree, from the bottom up." })
  segmentPath!: readonly string[];

  @Field(() => String, { nullable: true, description: 'Of the root, as the object store has it; in base64.' })
  signature?: string;
}

@ObjectType('AuditKey', { description: 'What signatures of the audit log are checked with.' })
export class AuditKeyModel {
  @Field(() => String, { description: 'Ed25519, in PEM.' })
  publicKey!: string;

  @Field(() => String, { description: 'SHA-256 of its SPKI form, in hex.' })
  fingerprint!: string;
}
