/** Every refusal that the gateway knows: its HTTP status, and what it says when there is nothing better to say. Source: Amazon S3, "Error responses". */
const ERRORS = {
  AccessControlListNotSupported: [
    400,
    'Policy decides who may read, not the ACL of an object. Send none, or "private".',
  ],
  AccessDenied: [403, 'Access denied.'],
  AccessForbidden: [403, 'Pages of other origins may not use the gateway.'],
  AuthorizationHeaderMalformed: [400, 'The authorization that was sent is malformed.'],
  AuthorizationQueryParametersError: [400, 'The authorization in the query is malformed.'],
  BadDigest: [
    400,
    'The checksum that was announced is not that of the bytes that arrived. Nothing was stored.',
  ],
  BucketAlreadyOwnedByYou: [409, 'The bucket is a repository that exists.'],
  EntityTooLarge: [400, 'The object is larger than what is taken here.'],
  EntityTooSmall: [400, 'A part other than the last one has less than 5 MiB.'],
  IncompleteBody: [400, 'The body does not have as many bytes as were announced. Nothing was stored.'],
  InternalError: [500, 'Something went wrong in the service. Its log has the reason under this request id.'],
  InvalidAccessKeyId: [403, 'The access key is unknown, expired or revoked.'],
  InvalidArgument: [400, 'An argument is not valid.'],
  InvalidDigest: [400, 'Content-MD5 is not an MD5 in base64.'],
  InvalidPart: [400, 'A part was not uploaded, or has another ETag.'],
  InvalidPartNumber: [416, 'The object has one part only.'],
  InvalidPartOrder: [400, 'Parts must be listed in ascending order.'],
  InvalidRange: [416, 'The range begins after the end of the object.'],
  InvalidRequest: [400, 'The request is not valid.'],
  InvalidToken: [400, 'Security tokens are not used here. Sign with an access key alone.'],
  InvalidURI: [400, 'The path is not valid percent-encoded UTF-8.'],
  KeyTooLongError: [400, 'The path within the repository has more than 1024 bytes.'],
  MalformedXML: [400, 'The body is not the XML that is asked for.'],
  MetadataTooLarge: [400, 'There is more metadata than is kept.'],
  MethodNotAllowed: [405, 'Only branches take changes; tags and commits stay as they are.'],
  MissingContentLength: [411, 'Content-Length is needed.'],
  MissingSecurityHeader: [400, 'A header that signed requests need is missing.'],
  NoSuchBucket: [404, 'There is no repository of that name, or you may not see it.'],
  NoSuchBucketPolicy: [404, 'No bucket has a policy of S3. Policy files decide who may do what.'],
  NoSuchCORSConfiguration: [404, 'Nothing is set for other origins.'],
  NoSuchKey: [404, 'There is nothing at that key.'],
  NoSuchLifecycleConfiguration: [404, 'Nothing is set for the life of objects.'],
  NoSuchObjectLockConfiguration: [404, 'The object is not locked. Commits stay as they are.'],
  NoSuchPublicAccessBlockConfiguration: [404, 'There is no public access that could be blocked.'],
  NoSuchTagSet: [404, 'Buckets have no tags.'],
  NoSuchUpload: [404, 'The upload is unknown, completed, aborted or expired.'],
  NoSuchWebsiteConfiguration: [404, 'No bucket is a website.'],
  NotImplemented: [501, 'The gateway does not have this.'],
  ObjectLockConfigurationNotFoundError: [404, 'Objects are not locked. Commits stay as they are.'],
  OperationAborted: [409, 'Something else happens to the same thing now. Try again.'],
  PreconditionFailed: [412, 'A condition of the request does not hold.'],
  ReplicationConfigurationNotFoundError: [404, 'No bucket is replicated by S3.'],
  RequestTimeTooSkewed: [403, 'The clocks of client and service differ by more than 15 minutes.'],
  RequestTimeout: [400, 'The body did not arrive in time.'],
  ServerSideEncryptionConfigurationNotFoundError: [404, 'Nothing is set for the encryption of objects.'],
  ServiceUnavailable: [503, 'The service cannot work now. Try again in a moment.'],
  SignatureDoesNotMatch: [
    403,
    'The signature is not that of this request by this key. Check the secret, the address and proxies that rewrite it.',
  ],
  SlowDown: [503, 'Too many requests are under way. Try again in a moment.'],
  StorageFull: [507, 'The object store has no room. Nothing was stored.'],
  XAmzContentChecksumMismatch: [400, 'x-amz-checksum-… headers contradict each other.'],
  XAmzContentSHA256Mismatch: [
    400,
    'x-amz-content-sha256 is not the SHA-256 of the body. Nothing was stored.',
  ],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

/** What S3 calls a refusal. */
export type S3ErrorCode = keyof typeof ERRORS;

/** A refusal in the words of S3. What it says is shown to the client. */
export class S3Error extends Error {
  readonly status: number;

  /** @param details further elements of the answer, e.g. `ArgumentName` */
  constructor(
    readonly code: S3ErrorCode,
    message: string = ERRORS[code][1],
    readonly details: Readonly<Record<string, string | number>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = code;
    this.status = ERRORS[code][0];
  }
}
