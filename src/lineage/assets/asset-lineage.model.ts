import { Field, ID, ObjectType } from '@nestjs/graphql';

@ObjectType('Column', { description: 'A column of a dataset.' })
export class ColumnModel {
  @Field(() => String, { description: 'Fields of structs as `struct.field`.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'In the words of the producer.' })
  type?: string | null;

  @Field(() => String, { nullable: true })
  description?: string | null;
}

@ObjectType('AssetVersion', { description: 'A version of a dataset that was read or written.' })
export class AssetVersionModel {
  assetId!: string;

  @Field(() => String, { description: "Of what Cairn versions, the commit's id." })
  version!: string;

  @Field(() => Date)
  seenAt!: Date;

  @Field(() => ID, { nullable: true, description: 'The run that wrote it, else one that read it.' })
  runId?: string | null;
}
