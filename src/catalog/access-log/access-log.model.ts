import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { BigIntScalar, pageType } from '../../platform/index.js';
import type { AccessAction, AccessDoor } from './content-access.js';

const AccessDoorEnum = { s3: 's3', rest: 'rest', mlflow: 'mlflow' } as const;
registerEnumType(AccessDoorEnum, {
  name: 'AccessDoor',
  description: "The S3 gateway, REST, or MLflow's routes.",
});

const AccessActionEnum = { read: 'read', list: 'list', write: 'write', delete: 'delete' } as const;
registerEnumType(AccessActionEnum, { name: 'AccessAction' });

@ObjectType('ContentAccess', { description: 'Somebody reached content of a repository, or was about to.' })
export class ContentAccessModel {
  @Field(() => ID)
  id!: string;

  @Field(() => Date)
  at!: Date;

  @Field(() => String)
  subject!: string;

  @Field(() => AccessDoorEnum)
  door!: AccessDoor;

  @Field(() => AccessActionEnum)
  action!: AccessAction;

  @Field(() => ID, { nullable: true, description: 'The commit that was read at.' })
  commitId?: string;

  @Field(() => Boolean, { description: 'What was read was staged, and not part of that commit.' })
  isStaged!: boolean;

  @Field(() => String, { description: 'The branch, tag or commit as it was asked for.' })
  revision!: string;

  @Field(() => String, { description: 'Of a list: the prefix.' })
  path!: string;

  @Field(() => BigIntScalar, { nullable: true, description: 'First byte that was asked for, of a part.' })
  rangeStart?: number;

  @Field(() => BigIntScalar, { nullable: true, description: 'The byte after the last one.' })
  rangeEnd?: number;

  @Field(() => String, { nullable: true, description: 'As the log of the service has it.' })
  requestId?: string;
}

export const ContentAccessPage = pageType(ContentAccessModel, 'ContentAccessPage');
