import { Inject, Injectable } from '@nestjs/common';
import { RepositoryService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { CONFIG, type Config } from '../../../platform/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { parameter, type S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { answerAcl, ownerOf } from './acl.js';
import { answerSetting, type BucketSetting } from './bucket-settings.js';
import { onlyVersions, versionOne, versionTwo } from './list-document.js';
import { parseListQuery, wholeNumber } from './list-query.js';
import { Locations } from './locations.js';
import { ObjectLister } from './object-lister.js';

const PAGE = 200;
const MAX_BUCKETS = 10_000;

/** ListBuckets, HeadBucket, GetBucketLocation, GetBucketVersioning, CreateBucket, ListObjects, ListObjectsV2, ListObjectVersions. */
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
          Owner: ownerOf(caller),
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

  async objects(caller: Principal, request: S3Request, kind: 1 | 2): Promise<S3Response> {
    const query = parseListQuery(request, kind);
    const page = await this.lister.list(caller, request.bucket!, query);
    const content = kind === 1 ? versionOne(caller, query, page) : versionTwo(caller, request, query, page);
    return { status: 200, xml: { root: 'ListBucketResult', content: { Name: request.bucket!, ...content } } };
  }

  /** As S3 lists a bucket that never had versions: each object has one, `null`, which is the latest. */
  async versions(caller: Principal, request: S3Request): Promise<S3Response> {
    const query = parseListQuery(request, 'versions');
    const page = await this.lister.list(caller, request.bucket!, query);
    const content = { Name: request.bucket!, ...onlyVersions(caller, request, query, page) };
    return { status: 200, xml: { root: 'ListVersionsResult', content } };
  }
}
