import { Inject, Injectable } from '@nestjs/common';
import {
  AccessLog,
  parsePathOrFolder,
  RepositoryService,
  type StagingCondition,
  StagingService,
  ViewService,
} from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { DomainError } from '../../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type StoredObject } from '../../../storage/index.js';
import type { Payload } from '../body/payload.js';
import { S3Error } from '../protocol/s3-error.js';
import { decode, type S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { COPY_CONDITIONS, isUnchanged } from './conditions.js';
import { type EntryMetadata, metadataOf } from './entry-headers.js';
import { digestIn, etagOf } from './etag.js';
import { Locations, type Target } from './locations.js';
import { type FoundObject, ObjectReads } from './object-reads.js';

/** PutObject, CopyObject, DeleteObject: what they change is staged on the branch, and becomes a version with the next commit. */
@Injectable()
export class ObjectWrites {
  constructor(
    private readonly locations: Locations,
    private readonly repositories: RepositoryService,
    private readonly staging: StagingService,
    private readonly views: ViewService,
    private readonly accesses: AccessLog,
    private readonly reads: ObjectReads,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  async put(caller: Principal, request: S3Request, payload: Payload): Promise<S3Response> {
    const target = await this.locations.target(caller, request.bucket!, request.key!);
    assertPlace(target, payload.sizeBytes);
    if (target.path === '') return putBranch(payload);
    const [condition, metadata] = [conditionOf(request, target.path), metadataOf(request.headers)];
    const object = await this.store(payload);
    await this.stage(caller, target, object, metadata, condition);
    const checksum = payload.checksum();
    return {
      status: 200,
      headers: {
        etag: etagOf(object.sha256),
        ...(checksum !== undefined && {
          [`x-amz-checksum-${payload.algorithm!}`]: checksum,
          'x-amz-checksum-type': 'FULL_OBJECT',
        }),
      },
    };
  }

  /** The same object at another key, of another repository maybe: no bytes are moved. Needs `read` there and `write` here. */
  async copy(caller: Principal, request: S3Request): Promise<S3Response> {
    const source = await this.copySource(caller, request);
    const target = await this.locations.target(caller, request.bucket!, request.key!);
    assertPlace(target, source.entry.sizeBytes);
    const directive = request.headers['x-amz-metadata-directive'] ?? 'COPY';
    if (directive !== 'COPY' && directive !== 'REPLACE')
      throw new S3Error('InvalidArgument', 'x-amz-metadata-directive must be COPY or REPLACE.');
    if (directive === 'COPY' && isSamePlace(source, target))
      throw new S3Error('InvalidRequest', 'An object is copied to itself only with other metadata.');
    const { entry } = source;
    const metadata: EntryMetadata = directive === 'REPLACE' ? metadataOf(request.headers) : entry;
    await this.stage(caller, target, entry, metadata, conditionOf(request, target.path));
    const content = { LastModified: new Date(), ETag: etagOf(entry.sha256) };
    return { status: 200, xml: { root: 'CopyObjectResult', content } };
  }

  /** What is not there is deleted already. */
  async delete(caller: Principal, request: S3Request): Promise<S3Response> {
    const target = await this.locations.target(caller, request.bucket!, request.key!);
    const match = request.headers['if-match'];
    const condition = match === undefined ? undefined : { path: target.path, ifMatch: digestIn(match) };
    if (target.path !== '') await this.deletePaths(caller, target, [target.path], condition);
    return { status: 204 };
  }

  /** Stages the removal of paths of one branch, all or none. */
  async deletePaths(
    caller: Principal,
    target: Target,
    paths: readonly string[],
    condition?: StagingCondition,
  ): Promise<void> {
    const { repository, branch } = target;
    for (const path of paths) parsePathOrFolder(path, 'Key');
    const view = { ...target, ...(await this.views.at(repository, branch)) };
    const present: string[] = [];
    for (const path of paths) if ((await this.views.entry(view, path)) !== undefined) present.push(path);
    if (present.length === 0 && condition === undefined) return;
    const doomed = condition === undefined ? present : paths;
    await Promise.all(doomed.map((path) => this.record(caller, target, path, 'delete')));
    const changes = doomed.map((path) => ({ path, isDeleted: true }));
    const input = { repository: repository.name, branch, changes };
    await this.staging.stage(caller, input, condition, { hasFolders: true });
  }

  /** Gives stored bytes a path, on the branch's stage. */
  async stage(
    caller: Principal,
    target: Target,
    object: StoredObject,
    { contentType, metadata = {} }: EntryMetadata,
    condition?: StagingCondition,
  ): Promise<void> {
    const { repository, branch, path } = target;
    await this.record(caller, target, path, 'write');
    await this.repositories.hold(caller, repository, object);
    const change = { path, sha256: object.sha256, contentType, metadata };
    const input = { repository: repository.name, branch, changes: [change] };
    await this.staging.stage(caller, input, condition, { hasFolders: true });
  }

  /** Stores a body under the name of its content. @throws {S3Error} when it is not as announced; nothing is stored then */
  async store({ bytes, sizeBytes, sha256, mismatch }: Payload): Promise<StoredObject> {
    try {
      return await this.objects.put(bytes, {
        sizeBytes,
        ...(sha256 !== undefined && { sha256: sha256 as StoredObject['sha256'] }),
      });
    } catch (error) {
      throw error instanceof DomainError && error.code === 'ChecksumMismatch' ? mismatch() : error;
    }
  }

  /** The object that `x-amz-copy-source` names. Needs `read`. @throws {S3Error} NoSuchKey, PreconditionFailed */
  async copySource(caller: Principal, request: S3Request): Promise<FoundObject> {
    const [name = '', query] = (request.headers['x-amz-copy-source'] ?? '').split('?');
    if (query !== undefined && query !== 'versionId=null')
      throw new S3Error('NotImplemented', 'Objects have no versions of S3; name a commit in the key.');
    const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(name)) ?? [];
    if (bucket === undefined || key === undefined)
      throw new S3Error('InvalidArgument', 'x-amz-copy-source must be BUCKET/KEY.', {
        ArgumentName: 'x-amz-copy-source',
      });
    const found = await this.reads.find(caller, bucket, key);
    const validators = { sha256: found.entry.sha256, modifiedAt: found.modifiedAt };
    if (isUnchanged(request.headers, COPY_CONDITIONS, validators)) throw new S3Error('PreconditionFailed');
    await this.reads.record(caller, found);
    return found;
  }

  private record(caller: Principal, target: Target, path: string, action: 'write' | 'delete'): Promise<void> {
    return this.accesses.record({
      ...{ repositoryId: target.repository.id, subject: subjectOf(caller), door: 's3', action },
      ...{ isStaged: true, revision: target.branch, path },
    });
  }
}

/** What the headers of a write ask of the key. @throws {S3Error} NotImplemented */
export function conditionOf({ headers }: S3Request, path: string): StagingCondition | undefined {
  const [match, noneMatch] = [headers['if-match'], headers['if-none-match']];
  if (noneMatch !== undefined && noneMatch.trim() !== '*')
    throw new S3Error('NotImplemented', 'If-None-Match of a write must be "*".');
  if (noneMatch !== undefined && match !== undefined)
    throw new S3Error('InvalidRequest', 'If-Match and If-None-Match exclude each other.');
  if (noneMatch !== undefined) return { path, ifNoneMatch: '*' };
  return match === undefined ? undefined : { path, ifMatch: digestIn(match) };
}

/** Clients make folders by empty objects at keys that end in `/`. @throws {S3Error} InvalidArgument @throws {InvalidInputError} */
function assertPlace({ path }: Target, sizeBytes: number): void {
  if ((path === '' || path.endsWith('/')) && sizeBytes > 0)
    throw new S3Error('InvalidArgument', 'A key that ends in "/" is a folder and has no bytes.', {
      ArgumentName: 'Key',
    });
  if (path !== '') parsePathOrFolder(path, 'Key');
}

/** The folder of a branch is there as long as the branch. */
async function putBranch(payload: Payload): Promise<S3Response> {
  for await (const chunk of payload.bytes) void chunk;
  return { status: 200, headers: { etag: etagOf(EMPTY_SHA256) } };
}

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

function isSamePlace(source: FoundObject, { repository, branch, path }: Target): boolean {
  return source.view.repository.id === repository.id && source.revision === branch && source.path === path;
}
