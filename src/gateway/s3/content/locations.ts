import { Injectable } from '@nestjs/common';
import {
  type OpenRepository,
  ReadAccess,
  type ReadableRepository,
  type Ref,
  RefService,
  type Repository,
  RepositoryService,
  type View,
  ViewService,
} from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { InvalidInputError, NotFoundError } from '../../../platform/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { assertLength, expressionIn, refNamesIn } from './key.js';

/** A place in a repository as a key names it. */
export interface Location {
  readonly view: View;
  /** The part of the key that names the revision. */
  readonly revision: string;
  /** What follows its `/`; may be empty. */
  readonly path: string;
}

/** A place that can be written to. */
export interface Target extends OpenRepository {
  readonly branch: string;
  readonly path: string;
}

/** Finds what keys mean: `<ref>/<path>`, where the longest name of a branch or tag counts, else a revision. */
@Injectable()
export class Locations {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly readers: ReadAccess,
    private readonly refs: RefService,
    private readonly views: ViewService,
  ) {}

  /** Opens a repository for reading its files as the caller gets them. @throws {S3Error} NoSuchBucket */
  openToRead(caller: Principal, bucket: string): Promise<ReadableRepository> {
    return this.readers.open(caller, bucket);
  }

  /** Opens a repository for reading without masks and filters: for copies of what is stored. @throws {S3Error} NoSuchBucket */
  openWhole(caller: Principal, bucket: string): Promise<OpenRepository> {
    return this.repositories.open(caller, bucket, 'read');
  }

  /** @returns undefined when the key begins with no revision. The caller has been authorized to read. */
  async find(open: OpenRepository, key: string): Promise<Location | undefined> {
    const found = await this.views.locate(open, refNamesIn(key), key);
    const revision = found?.name ?? expressionIn(key);
    if (revision === undefined) return undefined;
    const path = key.slice(revision.length + 1);
    assertLength(path);
    const view = found?.view ?? (await this.viewAt(open, revision));
    return view && { view, revision, path };
  }

  /** What a revision shows; undefined when there is none of that name. The caller has been authorized to read. */
  async viewAt(open: OpenRepository, revision: string): Promise<View | undefined> {
    try {
      return { ...open, ...(await this.views.at(open.repository, revision)) };
    } catch (error) {
      if (error instanceof NotFoundError || error instanceof InvalidInputError) return undefined;
      throw error;
    }
  }

  /** Opens a place for a change. Needs `write`. @throws {S3Error} as {@link targetIn} */
  async target(caller: Principal, bucket: string, key: string): Promise<Target> {
    return this.targetIn(await this.repositories.open(caller, bucket, 'write'), key);
  }

  /** Opens a repository for changes at several keys. */
  openForWrite(caller: Principal, bucket: string): Promise<OpenRepository> {
    return this.repositories.open(caller, bucket, 'write');
  }

  /**
   * The place of a key in a repository that was opened for changes.
   * @param known what was found for other keys: those of one folder begin with the same ref
   * @throws {S3Error} NoSuchKey without such a branch, MethodNotAllowed where the revision is not a branch
   */
  async targetIn(
    open: OpenRepository,
    key: string,
    known = new Map<string, Ref | undefined>(),
  ): Promise<Target> {
    const folder = key.slice(0, key.lastIndexOf('/') + 1);
    if (!known.has(folder)) known.set(folder, await this.refOf(open.repository, key));
    const ref = known.get(folder);
    if (ref?.type === 'branch') {
      const path = key.slice(ref.name.length + 1);
      assertLength(path);
      return { ...open, branch: ref.name, path };
    }
    const expression = ref?.name ?? expressionIn(key);
    if (expression === undefined)
      throw new S3Error(
        'NoSuchKey',
        `Keys are written as BRANCH/PATH, and there is no branch "${key.slice(0, 100)}".`,
      );
    if (ref !== undefined || (await this.viewAt(open, expression)) !== undefined)
      throw new S3Error('MethodNotAllowed');
    throw new S3Error('NoSuchKey', `There is no branch "${expression.slice(0, 100)}" to write to.`);
  }

  private async refOf(repository: Repository, key: string): Promise<Ref | undefined> {
    const names = refNamesIn(key);
    return names.length === 0 ? undefined : this.refs.longest(repository, names);
  }
}
