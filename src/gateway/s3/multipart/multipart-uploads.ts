import { Inject, Injectable } from '@nestjs/common';
import { GcRoots, parsePath } from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { OBJECT_STORE, type ObjectStore, type StoredObject } from '../../../storage/index.js';
import { isChecksumAlgorithm } from '../body/checksum.js';
import type { Payload } from '../body/payload.js';
import { parseByteRange } from '../content/byte-range.js';
import { metadataOf } from '../content/entry-headers.js';
import { etagOf } from '../content/etag.js';
import { parseEncoding, shownKey, wholeNumber } from '../content/list-query.js';
import { Locations, type Target } from '../content/locations.js';
import { ObjectWrites } from '../content/object-writes.js';
import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { checksumElement, MAX_PARTS } from './part-list.js';
import { pageOfUploads } from './upload-page.js';
import { type MultipartUpload, UploadRepository } from './upload.repository.js';

const PAGE = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** An upload with its place. */
export interface OpenUpload {
  readonly target: Target;
  readonly upload: MultipartUpload;
}

/** Uploads in parts, up to their completion. Parts are stored as objects, and are seen by nobody. All of it needs `write`. */
@Injectable()
export class MultipartUploads {
  constructor(
    private readonly locations: Locations,
    private readonly writes: ObjectWrites,
    private readonly uploads: UploadRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    roots: GcRoots,
  ) {
    roots.keepObjects('parts of uploads', () => uploads.partObjects());
  }

  async create(caller: Principal, request: S3Request): Promise<S3Response> {
    const target = await this.locations.target(caller, request.bucket!, request.key!);
    const { repository, branch } = target;
    const path = parsePath(target.path, 'Key');
    const algorithm = request.headers['x-amz-checksum-algorithm']?.toLowerCase();
    if (algorithm !== undefined && !isChecksumAlgorithm(algorithm))
      throw new S3Error('NotImplemented', `The checksum ${algorithm.slice(0, 50)} cannot be checked here.`);
    const { contentType, metadata = {} } = metadataOf(request.headers);
    const id = await this.uploads.insert(
      repository.id,
      { branch, path, contentType: contentType ?? null, metadata, checksum: algorithm ?? null },
      subjectOf(caller),
    );
    const type = request.headers['x-amz-checksum-type'];
    return {
      status: 200,
      headers: {
        ...(algorithm !== undefined && { 'x-amz-checksum-algorithm': algorithm.toUpperCase() }),
        ...(algorithm !== undefined && type !== undefined && { 'x-amz-checksum-type': type.slice(0, 20) }),
      },
      xml: {
        root: 'InitiateMultipartUploadResult',
        content: { Bucket: repository.name, Key: request.key!, UploadId: id },
      },
    };
  }

  /** An upload that was begun at this key. @throws {S3Error} NoSuchUpload */
  async open(caller: Principal, request: S3Request): Promise<OpenUpload> {
    const target = await this.locations.target(caller, request.bucket!, request.key!);
    const id = parameter(request, 'uploadId') ?? '';
    const upload = UUID.test(id) ? await this.uploads.find(target.repository.id, id) : undefined;
    if (upload?.branch !== target.branch || upload.path !== target.path) throw new S3Error('NoSuchUpload');
    return { target, upload };
  }

  async putPart(caller: Principal, request: S3Request, payload: Payload): Promise<S3Response> {
    const [number, { upload }] = [partNumber(request), await this.openPending(caller, request)];
    const object = await this.writes.store(payload);
    const checksum = payload.checksum();
    await this.addPart(upload, number, object, payload.algorithm === upload.checksum ? checksum : undefined);
    return {
      status: 200,
      headers: {
        etag: etagOf(object.sha256),
        ...(checksum !== undefined && { [`x-amz-checksum-${payload.algorithm!}`]: checksum }),
      },
    };
  }

  /** A part from an object that is there. The whole of it is not read. */
  async copyPart(caller: Principal, request: S3Request): Promise<S3Response> {
    const [number, { upload }] = [partNumber(request), await this.openPending(caller, request)];
    const { entry } = await this.writes.copySource(caller, request);
    const range = request.headers['x-amz-copy-source-range'];
    const part = parseByteRange(range, entry.sizeBytes);
    if (range !== undefined && (part === undefined || !/^bytes=\d+-\d+$/.test(range)))
      throw new S3Error('InvalidArgument', 'x-amz-copy-source-range must be bytes=FIRST-LAST.', {
        ArgumentName: 'x-amz-copy-source-range',
      });
    const object = part ? await this.objects.put(await this.objects.open(entry.sha256, part)) : entry;
    await this.addPart(upload, number, object);
    const content = { LastModified: new Date(), ETag: etagOf(object.sha256) };
    return { status: 200, xml: { root: 'CopyPartResult', content } };
  }

  async abort(caller: Principal, request: S3Request): Promise<S3Response> {
    const { upload } = await this.openPending(caller, request);
    if (!(await this.uploads.remove(upload.id))) throw new S3Error('NoSuchUpload');
    return { status: 204 };
  }

  async listParts(caller: Principal, request: S3Request): Promise<S3Response> {
    const { target, upload } = await this.openPending(caller, request);
    const limit = Math.min(wholeNumber(request, 'max-parts', PAGE), PAGE);
    const after = wholeNumber(request, 'part-number-marker', 0);
    const parts = await this.uploads.parts(upload.id, after, limit + 1);
    const shown = parts.slice(0, limit);
    return {
      status: 200,
      xml: {
        root: 'ListPartsResult',
        content: {
          ...{
            Bucket: target.repository.name,
            Key: request.key!,
            UploadId: upload.id,
            StorageClass: 'STANDARD',
            ChecksumAlgorithm: upload.checksum?.toUpperCase(),
          },
          ...{
            PartNumberMarker: after,
            NextPartNumberMarker: shown.at(-1)?.number ?? after,
            MaxParts: limit,
          },
          IsTruncated: parts.length > shown.length,
          Part: shown.map(({ number, uploadedAt, sha256, sizeBytes, checksum }) => ({
            ...{ PartNumber: number, LastModified: uploadedAt, ETag: etagOf(sha256), Size: sizeBytes },
            ...checksumElement(upload.checksum, checksum),
          })),
        },
      },
    };
  }

  async list(caller: Principal, request: S3Request): Promise<S3Response> {
    const { repository } = await this.locations.openForWrite(caller, request.bucket!);
    const isEncoded = parseEncoding(request);
    const limit = Math.min(wholeNumber(request, 'max-uploads', PAGE), PAGE);
    const [prefix, marker] = [parameter(request, 'prefix') ?? '', parameter(request, 'key-marker') ?? ''];
    const delimiter = parameter(request, 'delimiter') ?? '';
    if (delimiter !== '' && delimiter !== '/')
      throw new S3Error('NotImplemented', 'The delimiter must be "/".');
    if (/\0/.test(prefix + marker))
      throw new S3Error('InvalidArgument', 'prefix and key-marker must be parts of keys.');
    // Without an id the list goes on behind all uploads of that key.
    const id = parameter(request, 'upload-id-marker') ?? (marker === '' ? '' : 'z');
    const { items, isTruncated } = await pageOfUploads(this.uploads, repository.id, {
      ...{ prefix, limit, isFolding: delimiter === '/', after: { key: marker, id } },
    });
    const show = (key: string): string => shownKey(key, isEncoded);
    const last = items.at(-1);
    const next = last && ('folder' in last ? { key: last.folder } : { key: last.key, id: last.upload.id });
    return {
      status: 200,
      xml: {
        root: 'ListMultipartUploadsResult',
        content: {
          ...{ Bucket: repository.name, Prefix: show(prefix), KeyMarker: show(marker) },
          ...{ NextKeyMarker: next && show(next.key), NextUploadIdMarker: next?.id, MaxUploads: limit },
          Delimiter: delimiter === '' ? undefined : delimiter,
          ...{ EncodingType: isEncoded ? 'url' : undefined, IsTruncated: isTruncated },
          Upload: items.flatMap((item) =>
            'folder' in item
              ? []
              : {
                  ...{ Key: show(item.key), UploadId: item.upload.id, Initiated: item.upload.initiatedAt },
                  StorageClass: 'STANDARD',
                },
          ),
          CommonPrefixes: items.flatMap((item) => ('folder' in item ? { Prefix: show(item.folder) } : [])),
        },
      },
    };
  }

  private async openPending(caller: Principal, request: S3Request): Promise<OpenUpload> {
    const open = await this.open(caller, request);
    if (open.upload.result !== null) throw new S3Error('NoSuchUpload');
    return open;
  }

  private async addPart(
    upload: MultipartUpload,
    number: number,
    { sha256, sizeBytes }: StoredObject,
    checksum?: string,
  ): Promise<void> {
    const isAdded = await this.uploads.putPart(upload.id, {
      ...{ number, sha256, sizeBytes },
      checksum: checksum ?? null,
    });
    if (!isAdded) throw new S3Error('NoSuchUpload');
  }
}

function partNumber(request: S3Request): number {
  const number = wholeNumber(request, 'partNumber', 0);
  if (number < 1 || number > MAX_PARTS)
    throw new S3Error('InvalidArgument', `partNumber must be 1 to ${MAX_PARTS}.`, {
      ArgumentName: 'partNumber',
    });
  return number;
}
