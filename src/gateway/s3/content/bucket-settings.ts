import type { Operation } from '../protocol/operation.js';
import { S3Error, type S3ErrorCode } from '../protocol/s3-error.js';
import type { S3Response } from '../protocol/s3-response.js';
import type { XmlElements } from '../protocol/xml.js';

/** A document that says that nothing was ever set. */
interface Unset {
  readonly root: string;
  readonly content: XmlElements;
}

/**
 * What S3 tells of a bucket for which nothing was set. Clients ask before they work, and take another refusal for a bucket that has something.
 * Source: Amazon S3, "Error responses".
 */
const ANSWERS = {
  GetBucketAccelerateConfiguration: { root: 'AccelerateConfiguration', content: {} },
  GetBucketCors: 'NoSuchCORSConfiguration',
  GetBucketEncryption: 'ServerSideEncryptionConfigurationNotFoundError',
  GetBucketLifecycleConfiguration: 'NoSuchLifecycleConfiguration',
  GetBucketLogging: { root: 'BucketLoggingStatus', content: {} },
  GetBucketNotificationConfiguration: { root: 'NotificationConfiguration', content: {} },
  // As the ACLs say: they are turned off.
  GetBucketOwnershipControls: {
    root: 'OwnershipControls',
    content: { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } },
  },
  GetBucketPolicy: 'NoSuchBucketPolicy',
  GetBucketPolicyStatus: 'NoSuchBucketPolicy',
  GetBucketReplication: 'ReplicationConfigurationNotFoundError',
  GetBucketRequestPayment: { root: 'RequestPaymentConfiguration', content: { Payer: 'BucketOwner' } },
  GetBucketTagging: 'NoSuchTagSet',
  GetBucketWebsite: 'NoSuchWebsiteConfiguration',
  GetObjectLockConfiguration: 'ObjectLockConfigurationNotFoundError',
  GetPublicAccessBlock: 'NoSuchPublicAccessBlockConfiguration',
} as const satisfies Partial<Record<Operation, S3ErrorCode | Unset>>;

export type BucketSetting = keyof typeof ANSWERS;

/** @throws {S3Error} that there is none, for most of them */
export function answerSetting(setting: BucketSetting): S3Response {
  const answer: S3ErrorCode | Unset = ANSWERS[setting];
  if (typeof answer === 'string') throw new S3Error(answer);
  return { status: 200, xml: answer };
}
