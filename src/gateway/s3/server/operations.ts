import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { CONFIG, type Config } from '../../../platform/index.js';
import type { Payload, PayloadRules } from '../body/payload.js';
import { DeleteObjects } from '../content/delete-objects.js';
import { Listings } from '../content/listings.js';
import { ObjectReads } from '../content/object-reads.js';
import { ObjectWrites } from '../content/object-writes.js';
import { Completion } from '../multipart/completion.js';
import { MultipartUploads } from '../multipart/multipart-uploads.js';
import type { Operation } from '../protocol/operation.js';
import type { S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';

/** XML of 1,000 keys, or of 10,000 parts. */
const MAX_XML_BYTES = 8 * 1024 ** 2;

/** Carries operations out. */
@Injectable()
export class Operations {
  constructor(
    private readonly listings: Listings,
    private readonly reads: ObjectReads,
    private readonly writes: ObjectWrites,
    private readonly deletes: DeleteObjects,
    private readonly multipart: MultipartUploads,
    private readonly completion: Completion,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** How the body of an operation is read; undefined for those that have none, whatever is sent. */
  payloadRules(operation: Operation): PayloadRules | undefined {
    switch (operation) {
      case 'PutObject':
      case 'UploadPart':
        return { maxBytes: this.config.CAIRN_MAX_OBJECT_BYTES };
      case 'DeleteObjects':
        return { maxBytes: MAX_XML_BYTES };
      case 'CompleteMultipartUpload':
        return { maxBytes: MAX_XML_BYTES, hasChecksum: false };
      default:
        return undefined;
    }
  }

  /** @param payload there for those that {@link payloadRules} says have one */
  run(operation: Operation, caller: Principal, request: S3Request, payload?: Payload): Promise<S3Response> {
    switch (operation) {
      case 'ListBuckets':
        return this.listings.buckets(caller, request);
      case 'HeadBucket':
        return this.listings.head(caller, request);
      case 'GetBucketAcl':
        return this.listings.acl(caller, request);
      case 'GetBucketLocation':
        return this.listings.location(caller, request);
      case 'GetBucketVersioning':
        return this.listings.versioning(caller, request);
      case 'CreateBucket':
        return this.listings.create(caller, request);
      case 'ListObjects':
        return this.listings.objects(caller, request, 1);
      case 'ListObjectsV2':
        return this.listings.objects(caller, request, 2);
      case 'ListObjectVersions':
        return this.listings.versions(caller, request);
      case 'GetObject':
        return this.reads.get(caller, request);
      case 'HeadObject':
        return this.reads.head(caller, request);
      case 'GetObjectAcl':
        return this.reads.acl(caller, request);
      case 'GetObjectAttributes':
        return this.reads.attributes(caller, request);
      case 'GetObjectLegalHold':
      case 'GetObjectRetention':
        return this.reads.lock(caller, request);
      case 'GetObjectTagging':
        return this.reads.tagging(caller, request);
      case 'PutObject':
        return this.writes.put(caller, request, payload!);
      case 'CopyObject':
        return this.writes.copy(caller, request);
      case 'DeleteObject':
        return this.writes.delete(caller, request);
      case 'DeleteObjects':
        return this.deletes.delete(caller, request, payload!);
      case 'CreateMultipartUpload':
        return this.multipart.create(caller, request);
      case 'UploadPart':
        return this.multipart.putPart(caller, request, payload!);
      case 'UploadPartCopy':
        return this.multipart.copyPart(caller, request);
      case 'AbortMultipartUpload':
        return this.multipart.abort(caller, request);
      case 'ListParts':
        return this.multipart.listParts(caller, request);
      case 'ListMultipartUploads':
        return this.multipart.list(caller, request);
      case 'CompleteMultipartUpload':
        return this.completion.complete(caller, request, payload!);
      default:
        return this.listings.setting(caller, request, operation);
    }
  }
}
