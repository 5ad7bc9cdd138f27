import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { BigIntScalar, JsonScalar, pageType } from '../../platform/index.js';
import type { ConnectionType } from './connection.js';

export const ConnectionTypeEnum = { postgres: 'postgres', s3: 's3' } as const;
registerEnumType(ConnectionTypeEnum, {
  name: 'CatalogConnectionType',
  description: 'A type of external source.',
});

@ObjectType('CatalogConnection', {
  description: 'An external source whose tables are looked at again and again.',
})
export class ConnectionModel {
  @Field(() => ID)
  name!: string;

  @Field(() => ConnectionTypeEnum)
  type!: ConnectionType;

  @Field(() => JsonScalar, { description: 'How it is reached; no secret is in it.' })
  settings!: object;

  @Field(() => String, {
    nullable: true,
    description: '`X` for the files X/username and X/password in CAIRN_CREDENTIALS_DIR.',
  })
  credentials!: string | null;

  @Field(() => String, { description: 'Whose `emit` rights the events need.' })
  subject!: string;

  @Field(() => Int)
  intervalSeconds!: number;

  @Field(() => Int, { description: 'Tables that are there.' })
  tables!: number;

  @Field(() => Date, { nullable: true, description: 'When the source was last seen whole.' })
  succeededAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description: 'Since when it could not be seen whole; null while it can.',
  })
  staleSince!: Date | null;

  @Field(() => String, { nullable: true, description: 'Why not.' })
  problem!: string | null;

  @Field(() => Date)
  nextScanAt!: Date;
}

export const ConnectionPage = pageType(ConnectionModel, 'CatalogConnectionPage');

@InputType()
export class CreateCatalogConnectionInput {
  @Field(() => String, { description: '1–63 lower-case letters, digits or "-".' })
  name!: string;

  @Field(() => ConnectionTypeEnum)
  type!: ConnectionType;

  @Field(() => JsonScalar, {
    description:
      'postgres: {host, port = 5432, database, tls = true}; s3: {bucket, prefix = "", endpoint, region = "us-east-1"}.',
  })
  settings!: Record<string, unknown>;

  @Field(() => String, {
    nullable: true,
    description: '`X` for the files X/username and X/password in CAIRN_CREDENTIALS_DIR.',
  })
  credentials?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Whose `emit` rights the events need; yours by default.',
  })
  subject?: string | null;

  @Field(() => Int, { nullable: true, description: '10–604,800; 3,600 by default.' })
  intervalSeconds?: number | null;
}

@ObjectType('ExternalStatistics', { description: "What a source says of the amount of a table's content." })
export class StatisticsModel {
  @Field(() => BigIntScalar, { nullable: true })
  rowCount?: number;

  @Field(() => Boolean, { description: "Whether the count is the source's own estimate." })
  isEstimate!: boolean;

  @Field(() => BigIntScalar, { nullable: true })
  sizeBytes?: number;

  @Field(() => Int, { nullable: true })
  files?: number;
}

@ObjectType('ExternalCatalogChange', { description: 'A change that a scan found.' })
export class TableChangeModel {
  @Field(() => String)
  connection!: string;

  @Field(() => JsonScalar, {
    description:
      '{type: added | changed | removed, addedColumns, removedColumns, changedColumns: [{name, before, after}], isDescriptionChanged, isContentChanged}',
  })
  diff!: object;

  @Field(() => Date)
  changedAt!: Date;
}

@ObjectType('ExternalCatalogEntry', { description: 'What an external source says of an asset.' })
export class TableModel {
  @Field(() => String)
  connection!: string;

  @Field(() => StatisticsModel)
  statistics!: StatisticsModel;

  @Field(() => String, { nullable: true, description: 'Changes when the content does.' })
  contentVersion?: string;

  @Field(() => [String], { description: 'What of it could not be read.' })
  problems!: readonly string[];

  @Field(() => Date)
  seenAt!: Date;

  @Field(() => Date)
  changedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'When it was found to be gone.' })
  removedAt!: Date | null;

  @Field(() => Date, {
    nullable: true,
    description:
      'Since when its source could not be seen whole, so that all this may be old; null while it can.',
  })
  staleSince!: Date | null;
}
