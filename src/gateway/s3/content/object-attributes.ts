import type { TreeEntry } from '../../../catalog/index.js';
import { S3Error } from '../protocol/s3-error.js';
import type { XmlElements } from '../protocol/xml.js';
import { base64Of } from './entry-headers.js';
import { etagOf } from './etag.js';

/** What GetObjectAttributes can be asked for. An object has no parts once it is whole, so none are told. */
const ATTRIBUTES: Readonly<Record<string, (entry: TreeEntry) => XmlElements>> = {
  ETag: ({ sha256 }) => ({ ETag: etagOf(sha256).slice(1, -1) }),
  Checksum: ({ sha256 }) => ({ Checksum: { ChecksumSHA256: base64Of(sha256), ChecksumType: 'FULL_OBJECT' } }),
  ObjectParts: () => ({}),
  StorageClass: () => ({ StorageClass: 'STANDARD' }),
  ObjectSize: ({ sizeBytes }) => ({ ObjectSize: sizeBytes }),
};

/**
 * @param header names in a list of `x-amz-object-attributes`
 * @throws {S3Error} InvalidArgument
 */
export function chosenAttributes(header: string | undefined, entry: TreeEntry): XmlElements {
  const names = new Set((header ?? '').split(',').map((name) => name.trim()));
  const unknown = [...names].find((name) => !Object.hasOwn(ATTRIBUTES, name));
  if (unknown !== undefined)
    throw new S3Error(
      'InvalidArgument',
      `x-amz-object-attributes must list some of ${Object.keys(ATTRIBUTES).join(', ')}.`,
      { ArgumentName: 'x-amz-object-attributes', ArgumentValue: unknown.slice(0, 100) },
    );
  return Object.assign({}, ...[...names].map((name) => ATTRIBUTES[name]!(entry))) as XmlElements;
}
