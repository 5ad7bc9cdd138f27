import { Inject, Injectable } from '@nestjs/common';
import { RepositoryService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { CONFIG, type Config } from '../../../platform/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import type { XmlElements } from '../protocol/xml.js';
import { answerAcl } from './acl.js';
import { answerSetting, type BucketSetting } from './bucket-settings.js';
import { etagOf } from './etag.js';
import { type ObjectListQuery, parseListQuery, shownKey, tokenOf, wholeNumber } from './list-query.js';
import { Locations } from './locations.js';
import { type KeyPage, ObjectLister } from './object-lister.js';

const PAGE = 200;
const MAX_BUCKETS = 10_000;

/** ListBuckets, HeadBucket, GetBucketLocation, GetBucketVersioning, CreateBucket, ListObjects, ListObjectsV2. */
@Injectable()
export class Listings {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly locations: Locations,
    private readonly lister: ObjectLister,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Repositories that the caller may see, by name. */
  async buckets(caller: Principal, request: S3Request): Promise<S3Response> {
    const limit = Math.min(wholeNumber(request, 'max-buckets', MAX_BUCKETS), MAX_BUCKETS);
    const prefix = parameter(request, 'prefix') ?? '';
    const buckets: { name: string; createdAt: Date }[] = [];
    let after = parameter(request, 'continuation-token');
    for (let hasMore = true; hasMore && buckets.length < limit;) {
      const { nodes, pageInfo } = await this.repositories.list(caller, {
        first: Math.min(PAGE, limit - buckets.length),
        ...(after !== undefined && { after }),
      });
      buckets.push(...nodes.filter(({ name }) => name.startsWith(prefix)));
      hasMore = pageInfo.hasNextPage;
      after = hasMore ? pageInfo.endCursor : undefined;
    }
    return {
      status: 200,
      xml: {
        root: 'ListAllMyBucketsResult',
        content: {
          Owner: { ID: caller.id, DisplayName: caller.name },
          Buckets: {
            Bucket: buckets.map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt })),
          },
          ContinuationToken: after,
        },
      },
    };
  }

  async head(caller: Principal, { bucket }: S3Request): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!);
    return { status: 200 };
  }

  async location(caller: Principal, { bucket }: S3Request): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!);
    const { S3_REGION: region } = this.config;
    // The region that S3 has always had has no name here.
    const content = { '#text': region === 'us-east-1' ? '' : region };
    return { status: 200, xml: { root: 'LocationConstraint', content } };
  }

  async acl(caller: Principal, { bucket }: S3Request): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!);
    return answerAcl(caller);
  }

  /** What a bucket of S3 could be told, and none is told here. */
  async setting(caller: Principal, { bucket }: S3Request, setting: BucketSetting): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!);
    return answerSetting(setting);
  }

  /** Versions are commits, not S3's: a bucket says that it never had any of those. */
  async versioning(caller: Principal, { bucket }: S3Request): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!);
    return { status: 200, xml: { root: 'VersioningConfiguration', content: {} } };
  }

  /** Clients make sure of their bucket so. A repository has a kind and a place in the policy, which S3 cannot say. */
  async create(caller: Principal, { bucket }: S3Request): Promise<S3Response> {
    await this.locations.openToRead(caller, bucket!).catch((error: unknown) => {
      throw new S3Error(
        'NotImplemented',
        'Make repositories with `cairn repo create`, or createRepository of GraphQL.',
        {},
        { cause: error },
      );
    });
    throw new S3Error('BucketAlreadyOwnedByYou');
  }

  async objects(caller: Principal, request: S3Request, version: 1 | 2): Promise<S3Response> {
    const query = parseListQuery(request, version);
    const page = await this.lister.list(caller, request.bucket!, query);
    const own = version === 1 ? versionOne(query, page) : versionTwo(request, query, page);
    return {
      status: 200,
      xml: {
        root: 'ListBucketResult',
        content: { Name: request.bucket!, ...own, ...contentsOf(query, page) },
      },
    };
  }
}

function versionOne(query: ObjectListQuery, { next }: KeyPage): XmlElements {
  const { isEncoded, prefix, position } = query;
  return {
    ...{ Prefix: shownKey(prefix, isEncoded), Marker: shownKey(position?.after ?? '', isEncoded) },
    ...headOf(query, next !== undefined),
    NextMarker: next && shownKey(next.after, isEncoded),
  };
}

function versionTwo(request: S3Request, query: ObjectListQuery, { items, next }: KeyPage): XmlElements {
  return {
    Prefix: shownKey(query.prefix, query.isEncoded),
    ...headOf(query, next !== undefined),
    KeyCount: items.length,
    ContinuationToken: parameter(request, 'continuation-token'),
    StartAfter: parameter(request, 'start-after'),
    NextContinuationToken: next && tokenOf(next),
  };
}

function headOf(query: ObjectListQuery, isTruncated: boolean): XmlElements {
  return {
    MaxKeys: query.limit,
    Delimiter: query.isFolding ? '/' : undefined,
    EncodingType: query.isEncoded ? 'url' : undefined,
    IsTruncated: isTruncated,
  };
}

function contentsOf({ isEncoded }: ObjectListQuery, { items }: KeyPage): XmlElements {
  const contents: XmlElements[] = [];
  const folders: XmlElements[] = [];
  for (const item of items) {
    if ('folder' in item) folders.push({ Prefix: shownKey(item.folder, isEncoded) });
    else
      contents.push({
        ...{ Key: shownKey(item.key, isEncoded), LastModified: item.modifiedAt },
        ...{ ETag: etagOf(item.entry.sha256), Size: item.entry.sizeBytes, StorageClass: 'STANDARD' },
      });
  }
  return { Contents: contents, CommonPrefixes: folders };
}
