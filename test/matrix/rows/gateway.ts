import type { Things } from '../things.js';
import { read, type Row, s3, silent, write } from './row.js';

const bucket = (t: Things) => `/${t.word('dataset')}`;
const key = (t: Things) => `${bucket(t)}/main/${t.inner('folder')}/${t.inner('file')}.csv`;
const UPLOAD = 'uploadId=11111111-2222-4333-8444-555555555555';
const copied = (t: Things) => ({ 'x-amz-copy-source': key(t) });
const PARTS =
  '<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>"a"</ETag></Part></CompleteMultipartUpload>';
const SETTINGS = [
  ['accelerate', 'GetBucketAccelerateConfiguration'],
  ['cors', 'GetBucketCors'],
  ['encryption', 'GetBucketEncryption'],
  ['lifecycle', 'GetBucketLifecycleConfiguration'],
  ['logging', 'GetBucketLogging'],
  ['notification', 'GetBucketNotificationConfiguration'],
  ['object-lock', 'GetObjectLockConfiguration'],
  ['ownershipControls', 'GetBucketOwnershipControls'],
  ['policy', 'GetBucketPolicy'],
  ['policyStatus', 'GetBucketPolicyStatus'],
  ['publicAccessBlock', 'GetPublicAccessBlock'],
  ['replication', 'GetBucketReplication'],
  ['requestPayment', 'GetBucketRequestPayment'],
  ['tagging', 'GetBucketTagging'],
  ['website', 'GetBucketWebsite'],
] as const;
const KEYS = '<Delete><Object><Key>main/plain.txt</Key></Object></Delete>';

/** The S3 gateway, by its operations. */
export const gatewayRows: readonly Row[] = [
  read(
    's3 ListBuckets',
    () => s3('GET', '/'),
    () => s3('GET', '/?max-buckets=1'),
  ),
  read(
    's3 ListObjects',
    (t) => s3('GET', bucket(t)),
    (t) => s3('GET', `${bucket(t)}?prefix=main/&delimiter=/`),
  ),
  read(
    's3 ListObjectsV2',
    (t) => s3('GET', `${bucket(t)}?list-type=2&prefix=main/`),
    (t) => s3('GET', `${bucket(t)}?list-type=2&delimiter=/&max-keys=1`),
  ),
  read(
    's3 ListObjectVersions',
    (t) => s3('GET', `${bucket(t)}?versions`),
    (t) => s3('GET', `${bucket(t)}?versions&prefix=main/&delimiter=/`),
  ),
  { ...read('s3 GetBucketLocation', (t) => s3('GET', `${bucket(t)}?location`)), control: 'differs' },
  { ...read('s3 GetBucketAcl', (t) => s3('GET', `${bucket(t)}?acl`)), control: 'differs' },
  { ...read('s3 GetBucketVersioning', (t) => s3('GET', `${bucket(t)}?versioning`)), control: 'differs' },
  ...SETTINGS.map(([setting, name]): Row => ({
    ...read(`s3 ${name}`, (t) => s3('GET', `${bucket(t)}?${setting}`)),
    control: 'differs',
  })),
  { ...read('s3 ListMultipartUploads', (t) => s3('GET', `${bucket(t)}?uploads`)), control: 'differs' },
  { ...read('s3 HeadBucket', (t) => s3('HEAD', bucket(t))), control: 'differs' },
  {
    ...read('s3 HeadObject', (t) => s3('HEAD', key(t))),
    control: 'differs',
  },
  read(
    's3 GetObject',
    (t) => s3('GET', key(t)),
    (t) => s3('GET', key(t), undefined, { range: 'bytes=3-60' }),
    (t) => ({ ...s3('GET', key(t)), isPresigned: true }),
  ),
  {
    ...read('s3 GetObjectAttributes', (t) =>
      s3('GET', `${key(t)}?attributes`, undefined, { 'x-amz-object-attributes': 'ETag,Checksum,ObjectSize' }),
    ),
    control: 'differs',
  },
  { ...read('s3 GetObjectAcl', (t) => s3('GET', `${key(t)}?acl`)), control: 'differs' },
  { ...read('s3 GetObjectLegalHold', (t) => s3('GET', `${key(t)}?legal-hold`)), control: 'differs' },
  { ...read('s3 GetObjectRetention', (t) => s3('GET', `${key(t)}?retention`)), control: 'differs' },
  { ...read('s3 GetObjectTagging', (t) => s3('GET', `${key(t)}?tagging`)), control: 'differs' },
  { ...read('s3 ListParts', (t) => s3('GET', `${key(t)}?${UPLOAD}`)), control: 'differs' },
  silent('s3 CreateBucket', 'saysNothing', () => s3('PUT', '/a-new-bucket')),
  write('s3 CreateBucket', (t) => s3('PUT', bucket(t))),
  write('s3 PutObject', (t) => s3('PUT', `${bucket(t)}/main/new.txt`, 'bytes')),
  write('s3 CopyObject', (t) => s3('PUT', `${bucket(t)}/main/copy.csv`, undefined, copied(t))),
  write('s3 DeleteObjects', (t) => s3('POST', `${bucket(t)}?delete`, KEYS)),
  write('s3 CreateMultipartUpload', (t) => s3('POST', `${bucket(t)}/main/parts.bin?uploads`)),
  write('s3 UploadPart', (t) => s3('PUT', `${key(t)}?partNumber=1&${UPLOAD}`, 'bytes')),
  write('s3 UploadPartCopy', (t) => s3('PUT', `${key(t)}?partNumber=1&${UPLOAD}`, undefined, copied(t))),
  write('s3 CompleteMultipartUpload', (t) => s3('POST', `${key(t)}?${UPLOAD}`, PARTS)),
  write('s3 AbortMultipartUpload', (t) => s3('DELETE', `${key(t)}?${UPLOAD}`)),
  write('s3 DeleteObject', (t) => s3('DELETE', key(t)), { ends: true }),
];
