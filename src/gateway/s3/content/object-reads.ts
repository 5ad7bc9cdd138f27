import { Injectable } from '@nestjs/common';
import {
  type AccessAction,
  AccessLog,
  ObligedContent,
  type OpenRepository,
  type ShownContent,
  type ViewedEntry,
  ViewService,
} from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import { ofLength } from '../../../storage/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { answerAcl } from './acl.js';
import { parseByteRange } from './byte-range.js';
import { isListed, isUnchanged, READ_CONDITIONS } from './conditions.js';
import { base64Of, headersOfEntry } from './entry-headers.js';
import { chosenAttributes } from './object-attributes.js';
import { type Location, Locations } from './locations.js';

/** An object that was found. */
export interface FoundObject extends Location, ViewedEntry {
  readonly modifiedAt: Date;
}

const OVERRIDES = [
  ...['content-type', 'content-language', 'expires', 'cache-control', 'content-disposition'],
  'content-encoding',
] as const;

/** HeadObject, GetObject, GetObjectAttributes, GetObjectTagging, GetObjectAcl, GetObjectRetention, GetObjectLegalHold. */
@Injectable()
export class ObjectReads {
  constructor(
    private readonly locations: Locations,
    private readonly views: ViewService,
    private readonly accesses: AccessLog,
    private readonly obliged: ObligedContent,
  ) {}

  /** An object as it is stored, for copies. Needs `read` without masks and filters. @throws {S3Error} NoSuchKey */
  async find(caller: Principal, bucket: string, key: string): Promise<FoundObject> {
    return this.findIn(await this.locations.openWhole(caller, bucket), key);
  }

  private async findIn(open: OpenRepository, key: string): Promise<FoundObject> {
    const location = await this.locations.find(open, key);
    const found = location && location.path !== '' && (await this.views.entry(location.view, location.path));
    if (!location || !found) throw new S3Error('NoSuchKey', undefined, { Key: key.slice(0, 1_500) });
    return { ...location, ...found, modifiedAt: found.stagedAt ?? location.view.commit.committedAt };
  }

  /** Records that somebody is about to read an object. */
  record(
    caller: Principal,
    { view, revision, path, isStaged }: FoundObject,
    range?: { readonly start: number; readonly end: number },
    action: AccessAction = 'read',
  ): Promise<void> {
    return this.accesses.record({
      ...{ repositoryId: view.repository.id, subject: subjectOf(caller), door: 's3', action },
      ...{ commitId: view.commit.id, isStaged, revision, path, range },
    });
  }

  async head(caller: Principal, request: S3Request): Promise<S3Response> {
    return this.answer(caller, request, false);
  }

  async get(caller: Principal, request: S3Request): Promise<S3Response> {
    return this.answer(caller, request, true);
  }

  async attributes(caller: Principal, request: S3Request): Promise<S3Response> {
    const { found } = await this.findShown(caller, request);
    const content = chosenAttributes(request.headers['x-amz-object-attributes'], found.entry);
    await this.record(caller, found);
    return {
      status: 200,
      headers: { 'last-modified': found.modifiedAt.toUTCString() },
      xml: { root: 'GetObjectAttributesResponse', content },
    };
  }

  /** No object has tags. */
  async tagging(caller: Principal, request: S3Request): Promise<S3Response> {
    await this.findIn(await this.locations.openToRead(caller, request.bucket!), request.key!);
    return { status: 200, xml: { root: 'Tagging', content: { TagSet: '' } } };
  }

  /** No object is locked. */
  async lock(caller: Principal, request: S3Request): Promise<never> {
    await this.findIn(await this.locations.openToRead(caller, request.bucket!), request.key!);
    throw new S3Error('NoSuchObjectLockConfiguration');
  }

  async acl(caller: Principal, request: S3Request): Promise<S3Response> {
    await this.findIn(await this.locations.openToRead(caller, request.bucket!), request.key!);
    return answerAcl(caller);
  }

  private async answer(caller: Principal, request: S3Request, withBytes: boolean): Promise<S3Response> {
    const { found, shown } = await this.findShown(caller, request);
    const { entry, modifiedAt, isStaged, view } = found;
    const headers = {
      ...headersOfEntry(entry, modifiedAt),
      ...(!isStaged && { 'x-cairn-commit': view.commit.id }),
    };
    if (isUnchanged(request.headers, READ_CONDITIONS, { sha256: entry.sha256, modifiedAt }))
      return { status: 304, headers };
    const range = this.partOf(request, found);
    const { start, end } = range ?? { start: 0, end: entry.sizeBytes };
    await this.record(caller, found, range);
    return {
      status: range ? 206 : 200,
      headers: {
        ...headers,
        ...overrides(request),
        ...(range && { 'content-range': `bytes ${start}-${end - 1}/${entry.sizeBytes}` }),
        ...(!range && request.headers['x-amz-checksum-mode'] !== undefined && checksumOf(entry.sha256)),
        'content-length': end - start,
      },
      ...(withBytes && {
        stream: ofLength(await shown.open(range), entry.sha256, end - start),
      }),
    };
  }

  /** An object, and what the caller gets of it. @throws {S3Error} NoSuchKey @throws {ContentWithheldError} */
  private async findShown(
    caller: Principal,
    request: S3Request,
  ): Promise<{ readonly found: FoundObject; readonly shown: ShownContent }> {
    const open = await this.locations.openToRead(caller, request.bucket!);
    const found = await this.findIn(open, request.key!);
    const shown = await this.obliged.show(found.path, found.entry, open.permit);
    return { found: { ...found, entry: shown.entry }, shown };
  }

  /** What `Range` and `partNumber` ask for. An object has one part here, however it was uploaded. */
  private partOf(request: S3Request, { entry, modifiedAt }: FoundObject): ReturnType<typeof parseByteRange> {
    const { sizeBytes, sha256 } = entry;
    const partNumber = parameter(request, 'partNumber');
    if (partNumber !== undefined) {
      if (partNumber !== '1') throw new S3Error('InvalidPartNumber');
      return sizeBytes === 0 ? undefined : { start: 0, end: sizeBytes };
    }
    const condition = request.headers['if-range'];
    const isCurrent =
      condition === undefined || isListed(condition, sha256) || condition === modifiedAt.toUTCString();
    return isCurrent ? parseByteRange(request.headers['range'], sizeBytes) : undefined;
  }
}

/** Headers that a request may have answered otherwise than they are. */
function overrides(request: S3Request): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = parameter(request, `response-${name}`);
    if (value === undefined) continue;
    if (!/^[\x20-\x7e]{0,2000}$/.test(value))
      throw new S3Error('InvalidArgument', `response-${name} must be visible ASCII characters.`);
    given[name] = value;
  }
  return given;
}

/** The checksum that is known of every object, for clients that check what they get. */
export function checksumOf(sha256: string): Record<string, string> {
  return { 'x-amz-checksum-sha256': base64Of(sha256), 'x-amz-checksum-type': 'FULL_OBJECT' };
}
