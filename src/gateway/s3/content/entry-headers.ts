import type { TreeEntry } from '../../../catalog/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { etagOf } from './etag.js';

/** What goes with an object beside its bytes: as a tree entry has it. */
export type EntryMetadata = Pick<TreeEntry, 'contentType' | 'metadata'>;

const USER = 'x-amz-meta-';
/** Headers of HTTP that are kept with an object; as metadata their names start with this. */
const SYSTEM = 'http:';
const SYSTEM_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
];
const MAX_METADATA_BYTES = 8_192;

/** Reads what is to be kept with an object. @throws {S3Error} MetadataTooLarge */
export function metadataOf(
  headers: Readonly<Record<string, string>>,
): Required<EntryMetadata> | EntryMetadata {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (name.startsWith(USER)) metadata[name.slice(USER.length)] = value;
  for (const name of SYSTEM_HEADERS) {
    // The framing of the body is no property of the object.
    const value = headers[name]?.replace(/(?:^|,)\s*aws-chunked\s*(?=,|$)/i, '').replace(/^,/, '');
    if (value !== undefined && value !== '') metadata[SYSTEM + name] = value;
  }
  const sizeBytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  if (sizeBytes > MAX_METADATA_BYTES) throw new S3Error('MetadataTooLarge');
  const contentType = headers['content-type'];
  return { ...(contentType !== undefined && contentType !== '' && { contentType }), metadata };
}

/** The headers that tell of an object, its length not among them. */
export function headersOfEntry(entry: TreeEntry, modifiedAt: Date): Record<string, string> {
  const headers: Record<string, string> = {
    etag: etagOf(entry.sha256),
    'last-modified': modifiedAt.toUTCString(),
    'content-type': entry.contentType ?? 'binary/octet-stream',
    'accept-ranges': 'bytes',
    // Content comes from users: a browser must neither guess its type nor run it on this origin.
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  };
  for (const [name, value] of Object.entries(entry.metadata ?? {})) {
    const header = name.startsWith(SYSTEM) ? name.slice(SYSTEM.length) : `${USER}${name}`;
    if (/^[a-z0-9!#$%&'*+.^_`|~-]+$/i.test(header)) headers[header.toLowerCase()] = headerText(value);
  }
  return headers;
}

/** SHA-256 as S3 writes it. */
export function base64Of(sha256: string): string {
  return Buffer.from(sha256, 'hex').toString('base64');
}

/** Text that a header can carry; other text as RFC 2047 has it, like S3 does. */
function headerText(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}
