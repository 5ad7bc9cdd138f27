import { Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import {
  AccessLog,
  comparePaths,
  isPlain,
  ObligedContent,
  type OpenRepository,
  type ReadableRepository,
  RefService,
  type TreeEntry,
  type View,
  ViewService,
} from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import type { ListPosition, ObjectListQuery } from './list-query.js';
import { refNamesIn } from './key.js';
import { Locations } from './locations.js';

/** A key with its object, or a folder of keys. */
export type ListedKey =
  | { readonly key: string; readonly entry: TreeEntry; readonly modifiedAt: Date }
  | { readonly folder: string };

/** A page in the order of keys. */
export interface KeyPage {
  readonly items: readonly ListedKey[];
  /** Where the next page goes on, if there is one. */
  readonly next?: ListPosition;
}

const FOLDERS_AT_ONCE = 1_000;
/** Keys of a page whose objects may have to be masked first, to tell their sizes. */
const MASKED_PAGE = 100;
const MASKED_AT_ONCE = 4;

/**
 * Lists keys `<ref>/<path>` of a repository. Within a ref all pages are of the commit that the first one was of; what is staged on a
 * branch is among them as long as the branch is there. Above, the refs themselves are folders.
 */
@Injectable()
export class ObjectLister {
  constructor(
    private readonly locations: Locations,
    private readonly refs: RefService,
    private readonly views: ViewService,
    private readonly accesses: AccessLog,
    private readonly obliged: ObligedContent,
  ) {}

  /** Needs `read`. Objects that masks or filters keep from the caller are left out. */
  async list(caller: Principal, bucket: string, asked: ObjectListQuery): Promise<KeyPage> {
    const open = await this.locations.openToRead(caller, bucket);
    if (asked.limit === 0) return { items: [] };
    const query = isPlain(open.permit) ? asked : { ...asked, limit: Math.min(asked.limit, MASKED_PAGE) };
    const location = await this.locations.find(open, query.prefix);
    if (location) return this.listRevision(caller, open, location.view, location.revision, query);
    return query.isFolding ? this.listRefs(open, query) : this.listAll(caller, open, query);
  }

  /** Keys of one revision. */
  private async listRevision(
    caller: Principal,
    { permit }: ReadableRepository,
    view: View,
    revision: string,
    { prefix, position, limit, isFolding }: Omit<ObjectListQuery, 'isEncoded'>,
  ): Promise<KeyPage> {
    const folder = `${revision}/`;
    const pathPrefix = prefix.startsWith(folder) ? prefix.slice(folder.length) : '';
    const after = position && pathAfter(position.after, folder);
    if (after === 'none left') return { items: [] };
    const pinned = await this.pin(view, revision, position);
    await this.accesses.record({
      ...{ repositoryId: view.repository.id, subject: subjectOf(caller), door: 's3', action: 'list' },
      ...{ commitId: pinned.commit.id, isStaged: pinned.areas.length > 0, revision, path: pathPrefix },
    });
    const page = await this.views.list(pinned, {
      ...{ prefix: pathPrefix, limit, hasFolders: true, ...(after !== undefined && { after }) },
      ...(isFolding && { delimiter: '/' as const }),
    });
    const turn = pLimit(MASKED_AT_ONCE);
    const listed = await Promise.all(
      page.items.map((item) =>
        turn(async (): Promise<ListedKey | undefined> => {
          if ('prefix' in item) return { folder: folder + item.prefix };
          const shown = await this.obliged.showIfPossible(item.path, item.entry, permit);
          if (shown === undefined) return undefined;
          const modifiedAt = item.stagedAt ?? pinned.commit.committedAt;
          return { key: folder + item.path, entry: shown.entry, modifiedAt };
        }),
      ),
    );
    const items = listed.filter((item) => item !== undefined);
    if (page.next === undefined) return { items };
    return { items, next: { revision, commitId: pinned.commit.id, after: folder + page.next } };
  }

  /** Branches and tags as folders, up to the next `/`. */
  private async listRefs(
    open: OpenRepository,
    { prefix, limit, position }: ObjectListQuery,
  ): Promise<KeyPage> {
    const items: ListedKey[] = [];
    let after = position?.after ?? '';
    for (;;) {
      const folders = await this.refs.folders(open.repository, { prefix, after, limit: FOLDERS_AT_ONCE });
      for (const name of folders) {
        const folder = name.slice(0, name.indexOf('/', prefix.length) + 1);
        if (comparePaths(folder, position?.after ?? '') <= 0) continue;
        const last = items.at(-1);
        if (last && 'folder' in last && last.folder === folder) continue;
        if (items.length === limit) return { items, next: { after: (last as { folder: string }).folder } };
        items.push({ folder });
      }
      if (folders.length < FOLDERS_AT_ONCE) return { items };
      after = folders.at(-1)!;
    }
  }

  /** All keys of all refs, one ref after the other. */
  private async listAll(
    caller: Principal,
    open: ReadableRepository,
    query: ObjectListQuery,
  ): Promise<KeyPage> {
    const items: ListedKey[] = [];
    let { position } = query;
    for (;;) {
      const revision = await this.nextRef(open, query.prefix, position);
      if (revision === undefined) return { items };
      if (items.length === query.limit) return { items, ...(position && { next: position }) };
      const view = await this.locations.viewAt(open, revision);
      const page: KeyPage = view
        ? await this.listRevision(caller, open, view, revision, {
            ...{ prefix: `${revision}/`, isFolding: false, limit: query.limit - items.length },
            // What is behind one ref is not behind the next: that may be `a/b` where keys of `a` came before.
            ...(position && position.isDone !== true && { position }),
          })
        : { items: [] };
      items.push(...page.items);
      const last = items.at(-1);
      position = page.next ?? {
        revision,
        isDone: true,
        after: last && 'key' in last ? last.key : `${revision}/`,
      };
    }
  }

  /** The ref to go on with; undefined when there is none. */
  private async nextRef(
    { repository }: OpenRepository,
    prefix: string,
    position: ListPosition | undefined,
  ): Promise<string | undefined> {
    if (position?.revision !== undefined && position.isDone !== true) return position.revision;
    // A key that a list is to go on behind: its ref may have more of them.
    if (position !== undefined && position.revision === undefined) {
      const within = await this.refs.longest(repository, refNamesIn(position.after));
      if (within && `${within.name}/`.startsWith(prefix)) return within.name;
    }
    const after = position?.revision === undefined ? (position?.after ?? '') : `${position.revision}/`;
    const [folder] = await this.refs.folders(repository, { prefix, after, limit: 1 });
    return folder?.slice(0, -1);
  }

  /** The view at the commit where the list began: with what is staged, unless the branch has moved on since. */
  private async pin(view: View, revision: string, position: ListPosition | undefined): Promise<View> {
    if (position?.commitId === undefined || position.revision !== revision) return view;
    if (view.commit.id === position.commitId) return view;
    return (await this.locations.viewAt(view, position.commitId)) ?? view;
  }
}

/** What a key that a list goes on behind means within one folder. */
function pathAfter(after: string, folder: string): string | undefined {
  if (after.startsWith(folder)) {
    const path = after.slice(folder.length);
    return path === '' ? undefined : path;
  }
  return comparePaths(after, folder) < 0 ? undefined : 'none left';
}
