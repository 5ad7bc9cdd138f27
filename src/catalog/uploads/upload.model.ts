import { ArgsType, Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { BigIntScalar, JsonScalar } from '../../platform/index.js';
import type { Sha256, SignedRequest } from '../../storage/index.js';

@InputType({ description: 'Bytes that are to be sent.' })
export class UploadObjectInput {
  @Field(() => String, { description: '64 lower-case hexadecimal digits.' })
  sha256!: Sha256;

  @Field(() => BigIntScalar)
  sizeBytes!: number;
}

@ArgsType()
export class UploadArgs {
  @Field(() => String)
  repository!: string;

  @Field(() => [UploadObjectInput], { description: '1 to 1,000; to be prepared, 1 TiB together at most.' })
  objects!: UploadObjectInput[];
}

@ObjectType('SignedRequest', {
  description: 'A request to the object store itself, to be sent as it is and without a token.',
})
export class SignedRequestModel {
  @Field(() => String)
  method!: SignedRequest['method'];

  @Field(() => String)
  url!: string;

  @Field(() => JsonScalar, { description: 'Headers by name, all of them needed.' })
  headers!: SignedRequest['headers'];

  @Field(() => Date, { description: 'When it can be begun no more.' })
  expiresAt!: Date;
}

@ObjectType('SignedPart', { description: 'A part of an object: its bytes from start to before end.' })
export class SignedPartModel {
  @Field(() => Int, { description: 'From 1.' })
  number!: number;

  @Field(() => BigIntScalar)
  start!: number;

  @Field(() => BigIntScalar)
  end!: number;

  @Field(() => SignedRequestModel)
  request!: SignedRequestModel;
}

@ObjectType('UploadedObject', { description: 'Bytes that a repository holds and that can be committed.' })
export class UploadedObjectModel {
  @Field(() => String)
  sha256!: string;

  @Field(() => BigIntScalar)
  sizeBytes!: number;
}

@ObjectType('PreparedUpload', { description: 'How an object comes to a repository.' })
export class PreparedUploadModel extends UploadedObjectModel {
  @Field(() => Boolean, { description: 'The repository has it already; there is nothing to send.' })
  isHeld!: boolean;

  @Field(() => SignedRequestModel, {
    nullable: true,
    description:
      'Sends it to the object store. Absent where there is nothing to send, or where bytes have to pass the service: PUT /api/v1/repositories/NAME/objects.',
  })
  request?: SignedRequestModel;

  @Field(() => [SignedPartModel], {
    nullable: true,
    description:
      'Of a large object: its parts that have not arrived, to be sent in any order and several at once. Asking again goes on where it was left.',
  })
  parts?: readonly SignedPartModel[];
}
