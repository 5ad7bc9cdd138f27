import type { Principal } from '../../../identity/index.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';
import type { XmlElements } from '../protocol/xml.js';
import { ownerOf } from './acl.js';
import { etagOf } from './etag.js';
import { type ObjectListQuery, shownKey, tokenOf } from './list-query.js';
import type { KeyPage, ListedKey } from './object-lister.js';

/** What ListObjects answers, beside the bucket's name. */
export function versionOne(caller: Principal, query: ObjectListQuery, page: KeyPage): XmlElements {
  const { isEncoded, position } = query;
  return {
    ...headOf(query, page),
    Marker: shownKey(position?.after ?? '', isEncoded),
    NextMarker: page.next && shownKey(page.next.after, isEncoded),
    ...keysOf(query, page, { Owner: ownerOf(caller) }),
  };
}

/** What ListObjectsV2 answers, beside the bucket's name. */
export function versionTwo(
  caller: Principal,
  request: S3Request,
  query: ObjectListQuery,
  page: KeyPage,
): XmlElements {
  const startAfter = parameter(request, 'start-after');
  return {
    ...headOf(query, page),
    KeyCount: page.items.length,
    ContinuationToken: parameter(request, 'continuation-token'),
    StartAfter: startAfter && shownKey(startAfter, query.isEncoded),
    NextContinuationToken: page.next && tokenOf(page.next),
    ...keysOf(query, page, parameter(request, 'fetch-owner') === 'true' ? { Owner: ownerOf(caller) } : {}),
  };
}

/** What ListObjectVersions answers, beside the bucket's name. */
export function onlyVersions(
  caller: Principal,
  request: S3Request,
  query: ObjectListQuery,
  page: KeyPage,
): XmlElements {
  const { Contents, CommonPrefixes } = keysOf(query, page, {
    ...{ VersionId: 'null', IsLatest: true, Owner: ownerOf(caller) },
  });
  const last = page.items.at(-1);
  return {
    ...headOf(query, page),
    KeyMarker: shownKey(query.position?.after ?? '', query.isEncoded),
    VersionIdMarker: parameter(request, 'version-id-marker') ?? '',
    NextKeyMarker: page.next && shownKey(page.next.after, query.isEncoded),
    NextVersionIdMarker: page.next && last && 'key' in last ? 'null' : undefined,
    ...{ Version: Contents, CommonPrefixes },
  };
}

function headOf(query: ObjectListQuery, { next }: KeyPage): XmlElements {
  return {
    Prefix: shownKey(query.prefix, query.isEncoded),
    MaxKeys: query.limit,
    Delimiter: query.isFolding ? '/' : undefined,
    EncodingType: query.isEncoded ? 'url' : undefined,
    IsTruncated: next !== undefined,
  };
}

/** @param more what is told of each object beside */
function keysOf(
  { isEncoded }: ObjectListQuery,
  { items }: KeyPage,
  more: XmlElements,
): { readonly Contents: XmlElements[]; readonly CommonPrefixes: XmlElements[] } {
  const objectOf = ({
    key,
    entry,
    modifiedAt,
  }: Extract<ListedKey, { readonly key: string }>): XmlElements => ({
    ...{ Key: shownKey(key, isEncoded), LastModified: modifiedAt },
    ...{ ETag: etagOf(entry.sha256), Size: entry.sizeBytes, StorageClass: 'STANDARD' },
    ...more,
  });
  return {
    Contents: items.flatMap((item) => ('key' in item ? [objectOf(item)] : [])),
    CommonPrefixes: items.flatMap((item) =>
      'folder' in item ? [{ Prefix: shownKey(item.folder, isEncoded) }] : [],
    ),
  };
}
