import { z } from 'zod';
import { url } from './values.js';

/** Where objects lie. Part of `CONFIG_SCHEMA`. */
export const OBJECT_STORE_SETTINGS = {
  S3_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3-compatible endpoint. Without S3_BUCKET objects lie in the data folder.'),
  S3_BUCKET: z
    .string()
    .min(3)
    .max(63)
    .optional()
    .describe("Bucket for objects; turns the s3 driver on. Credentials: the AWS SDK's own variables."),
  S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  S3_PREFIX: z
    .string()
    .max(512)
    .default('')
    .describe(
      'Key prefix inside the bucket. Below it each installation has a folder of its own, so that several may share a bucket.',
    ),
  S3_DIRECT: z
    .stringbool()
    .default(true)
    .describe(
      'Whether clients may send and fetch bytes at the store itself, by presigned requests. Without it all bytes pass the service.',
    ),
  S3_PUBLIC_ENDPOINT: url('http:', 'https:')
    .optional()
    .describe('S3 endpoint as clients reach it, for presigned requests. Default: S3_ENDPOINT.'),
  S3_PRESIGN_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(900)
    .describe('How long a presigned request can be begun, in seconds.'),
};
