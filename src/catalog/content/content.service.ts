import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { type Principal, subjectOf } from '../../identity/index.js';
import { NotFoundError, type Page, type PageArgs, pageOf, pageRequest } from '../../platform/index.js';
import {
  type ByteRange,
  OBJECT_STORE,
  type ObjectStore,
  ofLength,
  type SignedRequest,
} from '../../storage/index.js';
import type { AccessDoor } from '../access-log/content-access.js';
import { AccessLog } from '../access-log/access-log.js';
import { RevisionService } from '../commits/revision.service.js';
import type { Repository } from '../repositories/repository.js';
import { IMPORT_MARK } from '../imports/import-mark.js';
import { ObligedContent, type ShownContent } from '../obligations/obliged-content.js';
import { isPlain, ReadAccess, type ReadableRepository } from '../obligations/read-access.js';
import { type OpenRepository, RepositoryService } from '../repositories/repository.service.js';
import { type LeafItem, type TreeChange, type TreeEntry, Trees } from '../trees/index.js';
import type { ReadableView, ViewedEntry } from '../staging/view.service.js';
import type { Commit } from '../versions/index.js';

/** A file as its reader gets it, at its path. */
export interface ShownEntry extends ShownContent {
  readonly path: string;
}

/** Content that is about to be read. */
export interface OpenContent {
  readonly entry: TreeEntry;
  readonly commitId: string;
  /** The part that `stream` gives, half-open; absent for the whole. */
  readonly part?: { readonly start: number; readonly end: number };
  /** Whole reads of stored bytes are verified while they stream. */
  readonly stream: Readable;
}

/** Files shown at once: each may have to be masked. */
const SHOWN_AT_ONCE = 4;

/** Reads content by `repository@revision:path`. */
@Injectable()
export class ContentService {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly revisions: RevisionService,
    private readonly trees: Trees,
    private readonly accesses: AccessLog,
    private readonly readers: ReadAccess,
    private readonly obliged: ObligedContent,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** Needs `read`; recorded as an access. @throws {NotFoundError} */
  async open(
    caller: Principal,
    name: string,
    revision: string,
    path: string,
    range?: ByteRange,
  ): Promise<OpenContent> {
    const { repository, commit, permit } = await this.readableAt(caller, name, revision);
    const found = await this.entryAt(commit, path, `${repository.name}@${revision}`);
    const shown = await this.obliged.show(path, found, permit);
    const { entry } = shown;
    const isPartial = range !== undefined && range.start < entry.sizeBytes;
    const part = isPartial
      ? { start: range.start, end: Math.min(range.end ?? entry.sizeBytes, entry.sizeBytes) }
      : undefined;
    await this.recordRead(caller, repository, commit, revision, path, part);
    const { start, end } = part ?? { start: 0, end: entry.sizeBytes };
    const bytes = await shown.open(part);
    return { entry, commitId: commit.id, part, stream: ofLength(bytes, entry.sha256, end - start) };
  }

  /** The bytes at a path of a view, recorded as an access by that door. The caller opened the view for reading. */
  async openIn(
    caller: Principal,
    { repository, commit, branch, permit }: ReadableView,
    path: string,
    { entry, isStaged }: ViewedEntry,
    door: AccessDoor,
  ): Promise<{ readonly entry: TreeEntry; readonly stream: Readable }> {
    const shown = await this.obliged.show(path, entry, permit);
    await this.accesses.record({
      ...{ repositoryId: repository.id, subject: subjectOf(caller), door, action: 'read' },
      ...{ commitId: commit.id, isStaged, revision: branch ?? commit.id, path },
    });
    const { sha256, sizeBytes } = shown.entry;
    return { entry: shown.entry, stream: ofLength(await shown.open(), sha256, sizeBytes) };
  }

  /** What the caller who opened a view gets of a file of it; undefined when masks or filters keep it from them. */
  shownIn({ permit }: ReadableView, path: string, entry: TreeEntry): Promise<ShownContent | undefined> {
    return this.obliged.showIfPossible(path, entry, permit);
  }

  /**
   * A request that gets the bytes from the object store itself. Needs `read`, asked now and not when it is sent; recorded
   * as an access now.
   * @returns `undefined` where bytes have to pass the service: always under masks and row filters
   */
  async signDownload(
    caller: Principal,
    name: string,
    revision: string,
    path: string,
  ): Promise<{ readonly commitId: string; readonly request: SignedRequest } | undefined> {
    const { direct } = this.objects;
    if (direct === undefined) return undefined;
    const { repository, commit, permit } = await this.readableAt(caller, name, revision);
    if (!isPlain(permit)) return undefined;
    const entry = await this.entryAt(commit, path, `${name}@${revision}`);
    // What was imported is verified while it passes.
    if (entry.metadata?.[IMPORT_MARK] !== undefined) return undefined;
    await this.recordRead(caller, repository, commit, revision, path);
    const as = { contentType: entry.contentType, fileName: path.slice(path.lastIndexOf('/') + 1) };
    return { commitId: commit.id, request: await direct.signDownload(entry.sha256, as) };
  }

  /** Opens a repository for reading all of it as it is, at one commit. Needs `read` without masks and filters. */
  async at(
    caller: Principal,
    name: string,
    revision: string,
    field?: string,
  ): Promise<OpenRepository & { commit: Commit }> {
    const open = await this.repositories.open(caller, name, 'read');
    return { ...open, commit: await this.revisions.resolve(open.repository, revision, field) };
  }

  /** What the caller gets of one file. Needs `read`. @throws {NotFoundError} @throws {ContentWithheldError} */
  async show(caller: Principal, name: string, revision: string, path: string): Promise<ShownEntry> {
    const { commit, permit } = await this.readableAt(caller, name, revision);
    const entry = await this.entryAt(commit, path, `${name}@${revision}`);
    return { path, ...(await this.obliged.show(path, entry, permit)) };
  }

  /**
   * What the caller gets of the files under a prefix, by path. Needs `read`. What cannot be had because of masks or filters is left out, so
   * that a page may have fewer files than asked for.
   */
  async listShown(
    caller: Principal,
    name: string,
    revision: string,
    prefix: string,
    args: PageArgs,
  ): Promise<Page<ShownEntry>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const { commit, permit } = await this.readableAt(caller, name, revision);
    const { items } = await this.trees.list(commit.tree, {
      ...{ prefix, after: request.after?.[0], limit: request.limit },
    });
    const { nodes, pageInfo } = pageOf(items as LeafItem[], request, (item) => [item.path]);
    const turn = pLimit(SHOWN_AT_ONCE);
    const shown = await Promise.all(
      nodes.map(({ path, entry }) =>
        turn(async () => {
          const content = await this.obliged.showIfPossible(path, entry, permit);
          return content && { path, ...content };
        }),
      ),
    );
    return { nodes: shown.filter((each) => each !== undefined), pageInfo };
  }

  /** Entries under a prefix, by path, as they are. Needs `read` without masks and filters. */
  async list(
    caller: Principal,
    name: string,
    revision: string,
    prefix: string,
    args: PageArgs,
  ): Promise<Page<LeafItem>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const { commit } = await this.at(caller, name, revision);
    const { items } = await this.trees.list(commit.tree, {
      prefix,
      after: request.after?.[0],
      limit: request.limit,
    });
    return pageOf(items as LeafItem[], request, (item) => [item.path]);
  }

  /** What differs between two revisions, by path. Needs `read`. */
  async diff(
    caller: Principal,
    name: string,
    from: string,
    to: string,
    args: PageArgs,
  ): Promise<Page<TreeChange>> {
    const request = pageRequest<readonly [string]>(args, 1);
    const { repository, commit: before } = await this.at(caller, name, from, 'from');
    const after = await this.revisions.resolve(repository, to, 'to');
    const changes: TreeChange[] = [];
    const range = { after: request.after?.[0] };
    for await (const change of this.trees.diff(before.tree, after.tree, range)) {
      if (changes.push(change) === request.limit) break;
    }
    return pageOf(changes, request, (change) => [change.path]);
  }

  /** One entry as it is. Needs `read` without masks and filters. @throws {NotFoundError} */
  async entry(caller: Principal, name: string, revision: string, path: string): Promise<LeafItem> {
    const { commit } = await this.at(caller, name, revision);
    return { path, entry: await this.entryAt(commit, path, `${name}@${revision}`) };
  }

  /** Every entry at a commit, in order, for work that copies all of it: the inputs of a run. The caller has been authorized. */
  walk(commit: Commit, prefix?: string): AsyncIterable<LeafItem> {
    return this.trees.walk(commit.tree, { prefix });
  }

  private async readableAt(
    caller: Principal,
    name: string,
    revision: string,
  ): Promise<ReadableRepository & { commit: Commit }> {
    const open = await this.readers.open(caller, name);
    return { ...open, commit: await this.revisions.resolve(open.repository, revision) };
  }

  private recordRead(
    caller: Principal,
    repository: Repository,
    commit: Commit,
    revision: string,
    path: string,
    range?: OpenContent['part'],
  ): Promise<void> {
    return this.accesses.record({
      ...{ repositoryId: repository.id, subject: subjectOf(caller), door: 'rest', action: 'read' },
      ...{ commitId: commit.id, isStaged: false, revision, path, range },
    });
  }

  private async entryAt(commit: Commit, path: string, address: string): Promise<TreeEntry> {
    const entry = await this.trees.get(commit.tree, path);
    if (!entry) throw new NotFoundError('Path', `${address}:${path}`);
    return entry;
  }
}
