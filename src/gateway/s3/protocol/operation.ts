import { S3Error } from './s3-error.js';
import type { S3Request } from './s3-request.js';

/** Sub-resources of S3 by their parameter. One that an operation does not claim is refused: it must not be taken for something else. */
const SUBRESOURCES = [
  ...['accelerate', 'acl', 'analytics', 'attributes', 'cors', 'delete', 'encryption', 'intelligent-tiering'],
  ...[
    'inventory',
    'legal-hold',
    'lifecycle',
    'location',
    'logging',
    'metadataTable',
    'metrics',
    'notification',
  ],
  ...['object-lock', 'ownershipControls', 'policy', 'policyStatus', 'publicAccessBlock', 'renameObject'],
  ...['replication', 'requestPayment', 'restore', 'retention', 'select', 'session', 'tagging', 'torrent'],
  ...['uploadId', 'uploads', 'versionId', 'versioning', 'versions', 'website'],
] as const;

type Target = 'service' | 'bucket' | 'object';

/** What the gateway does, by target, method and sub-resource. */
const OPERATIONS = {
  'service GET': 'ListBuckets',
  'bucket GET': 'ListObjects',
  'bucket GET accelerate': 'GetBucketAccelerateConfiguration',
  'bucket GET acl': 'GetBucketAcl',
  'bucket GET cors': 'GetBucketCors',
  'bucket GET encryption': 'GetBucketEncryption',
  'bucket GET lifecycle': 'GetBucketLifecycleConfiguration',
  'bucket GET location': 'GetBucketLocation',
  'bucket GET logging': 'GetBucketLogging',
  'bucket GET notification': 'GetBucketNotificationConfiguration',
  'bucket GET object-lock': 'GetObjectLockConfiguration',
  'bucket GET ownershipControls': 'GetBucketOwnershipControls',
  'bucket GET policy': 'GetBucketPolicy',
  'bucket GET policyStatus': 'GetBucketPolicyStatus',
  'bucket GET publicAccessBlock': 'GetPublicAccessBlock',
  'bucket GET replication': 'GetBucketReplication',
  'bucket GET requestPayment': 'GetBucketRequestPayment',
  'bucket GET tagging': 'GetBucketTagging',
  'bucket GET versioning': 'GetBucketVersioning',
  'bucket GET versions': 'ListObjectVersions',
  'bucket GET website': 'GetBucketWebsite',
  'bucket GET uploads': 'ListMultipartUploads',
  'bucket HEAD': 'HeadBucket',
  'bucket PUT': 'CreateBucket',
  'bucket POST delete': 'DeleteObjects',
  'object GET': 'GetObject',
  'object GET acl': 'GetObjectAcl',
  'object GET attributes': 'GetObjectAttributes',
  'object GET legal-hold': 'GetObjectLegalHold',
  'object GET retention': 'GetObjectRetention',
  'object GET tagging': 'GetObjectTagging',
  'object GET uploadId': 'ListParts',
  'object HEAD': 'HeadObject',
  'object PUT': 'PutObject',
  'object PUT uploadId': 'UploadPart',
  'object POST uploads': 'CreateMultipartUpload',
  'object POST uploadId': 'CompleteMultipartUpload',
  'object DELETE': 'DeleteObject',
  'object DELETE uploadId': 'AbortMultipartUpload',
} as const satisfies Readonly<Record<string, string>>;

/** Those that are told from another by a header or a parameter. */
const TOLD_FROM_OTHERS = ['ListObjectsV2', 'CopyObject', 'UploadPartCopy'] as const;

export type Operation = (typeof OPERATIONS)[keyof typeof OPERATIONS] | (typeof TOLD_FROM_OTHERS)[number];

/** All that the gateway does. */
export const OPERATION_NAMES: readonly Operation[] = [...Object.values(OPERATIONS), ...TOLD_FROM_OTHERS];

/** Headers that promise what the gateway does not do. Ignoring them would be a lie. */
const REFUSED_HEADERS =
  /^x-amz-(?:server-side-encryption(?:-.*)?|tagging|object-lock-.*|website-redirect-location|grant-.*|write-offset-bytes|if-match-.*|(?:source-)?expected-bucket-owner)$/;
/** Lists of S3's own that say what holds anyway: that none but the owner may. */
const ACLS: ReadonlySet<string> = new Set(['private', 'bucket-owner-read', 'bucket-owner-full-control']);

/** @throws {S3Error} NotImplemented, AccessControlListNotSupported */
export function operationOf(
  request: Pick<S3Request, 'method' | 'bucket' | 'key' | 'query' | 'headers'>,
): Operation {
  const { method, bucket, key, query, headers } = request;
  const target: Target = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object';
  const wanted = SUBRESOURCES.filter((name) => query.has(name) && !isOfTheOnlyVersion(name, query));
  const name = [target, method, ...wanted].join(' ');
  if (!Object.hasOwn(OPERATIONS, name))
    throw new S3Error('NotImplemented', `The gateway does not have ${name} of S3.`);
  const refused = Object.keys(headers).find((header) => REFUSED_HEADERS.test(header));
  if (refused !== undefined) throw new S3Error('NotImplemented', `The gateway does not have ${refused}.`);
  if (!ACLS.has(headers['x-amz-acl'] ?? 'private')) throw new S3Error('AccessControlListNotSupported');
  const operation = OPERATIONS[name as keyof typeof OPERATIONS];
  if (operation === 'ListObjects' && query.has('list-type')) return 'ListObjectsV2';
  if (headers['x-amz-copy-source'] === undefined) return operation;
  if (operation === 'PutObject') return 'CopyObject';
  return operation === 'UploadPart' ? 'UploadPartCopy' : operation;
}

/** Buckets have no versions of S3, so each object has the one that S3 calls `null`. */
function isOfTheOnlyVersion(name: string, query: S3Request['query']): boolean {
  return name === 'versionId' && query.get(name)?.join() === 'null';
}
