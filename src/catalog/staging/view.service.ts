import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import { RevisionService } from '../commits/revision.service.js';
import type { Repository } from '../repositories/repository.js';
import { ReadAccess } from '../obligations/read-access.js';
import type { Permit } from '../../policy/index.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { type LeafItem, type ListQuery, type TreeEntry, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { listOver, type OrderedSource, type ViewPage } from './listing.js';
import { PlaceRepository } from './place.repository.js';
import type { StagedChange } from './staged-change.js';
import { StagingRepository } from './staging.repository.js';

/** What a reader of a revision sees: a commit, and over it what is staged where the revision is a branch's bare name. */
export interface View extends OpenRepository {
  readonly commit: Commit;
  /** The branch whose staged changes are seen. */
  readonly branch?: string;
  /** Areas of it, oldest first; none where nothing is staged. */
  readonly areas: readonly string[];
  /** What is staged at one path, where that is known already. */
  readonly known?: { readonly path: string; readonly change?: StagedChange };
}

/** A view for who shows its files through `ObligedContent`. */
export interface ReadableView extends View {
  readonly permit: Permit;
}

/** What is at a path of a view. */
export interface ViewedEntry {
  readonly entry: TreeEntry;
  /** Not committed yet. */
  readonly isStaged: boolean;
  /** When it was staged. */
  readonly stagedAt?: Date;
}

const SOURCE_PAGE = 1000;
const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 10_000;

/** Reads branches as their writers left them: the head, and what is staged over it. */
@Injectable()
export class ViewService {
  constructor(
    private readonly readers: ReadAccess,
    private readonly revisions: RevisionService,
    private readonly staging: StagingRepository,
    private readonly places: PlaceRepository,
    private readonly trees: Trees,
  ) {}

  /**
   * Opens a revision for reading. Needs `read`.
   * @param revision a branch's bare name shows what is staged on it too; everything else, `main~0` included, only what is committed
   * @throws {NotFoundError}
   */
  async open(caller: Principal, name: string, revision: string): Promise<ReadableView> {
    const open = await this.readers.open(caller, name);
    return { ...open, ...(await this.at(open.repository, revision)) };
  }

  /** The caller has been authorized. */
  async at(repository: Repository, revision: string): Promise<Pick<View, 'commit' | 'branch' | 'areas'>> {
    const found = await this.staging.headAndAreas(repository.id, revision);
    if (found === undefined) return { commit: await this.revisions.resolve(repository, revision), areas: [] };
    const { headId, areas } = found;
    return { commit: await this.revisions.get(repository, headId), branch: revision, areas };
  }

  /**
   * What a text like `main/a/b.csv` names, at the cost of one query. The caller has been authorized.
   * @param names of refs that it may begin with, each followed by `/` there; the longest one counts, a branch before a tag
   * @returns undefined when there is no such ref
   */
  async locate(
    { repository, asset }: OpenRepository,
    names: readonly string[],
    text: string,
  ): Promise<{ readonly name: string; readonly path: string; readonly view: View } | undefined> {
    const place = names.length === 0 ? undefined : await this.places.find(repository.id, names, text);
    if (place === undefined) return undefined;
    const { type, name, headId, areas, change } = place;
    const path = text.slice(name.length + 1);
    const commit = place.head ?? (await this.revisions.get(repository, headId));
    const known = { path, ...(change && { change }) };
    const view = { repository, asset, commit, areas, known, ...(type === 'branch' && { branch: name }) };
    return { name, path, view };
  }

  async entry(view: View, path: string): Promise<ViewedEntry | undefined> {
    const staged = view.known?.path === path ? view.known.change : await this.staging.find(view.areas, path);
    const entry = staged === undefined ? await this.trees.get(view.commit.tree, path) : staged.entry;
    return entry && { entry, isStaged: staged !== undefined, ...(staged && { stagedAt: staged.stagedAt }) };
  }

  /**
   * A page by path.
   * @param query.hasFolders with folders that were staged though nothing is in them, as items whose paths end in `/`; default false
   * @throws {InvalidInputError}
   */
  async list(view: View, query: ListQuery & { readonly hasFolders?: boolean } = {}): Promise<ViewPage> {
    if (view.areas.length === 0) return this.trees.list(view.commit.tree, query);
    const { prefix = '', after, limit = DEFAULT_LIMIT, delimiter, hasFolders = false } = query;
    if (!Number.isSafeInteger(limit) || limit < 1 || limit > MAX_LIMIT)
      throw new InvalidInputError('limit', `must be a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
    const under: OrderedSource = async (from) =>
      (await this.trees.list(view.commit.tree, { prefix, after: from, limit: SOURCE_PAGE }))
        .items as LeafItem[];
    const over: OrderedSource = (from) =>
      this.staging.page(view.areas, { from: prefix, after: from, limit: SOURCE_PAGE, hasFolders });
    return listOver(under, over, { prefix, after, limit, isFolding: delimiter !== undefined });
  }
}
