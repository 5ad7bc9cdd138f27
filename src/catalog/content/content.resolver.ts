import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { type Page, PageArgs } from '../../platform/index.js';
import { RowChangesModel } from '../merging/row-diff.model.js';
import { RowDiffService } from '../merging/row-diff.service.js';
import type { ContentProfile, ProfileDiff } from '../profiles/index.js';
import { RepositoryModel } from '../repositories/repository.model.js';
import { IMPORT_MARK } from '../imports/import-mark.js';
import type { TreeChange } from '../trees/index.js';
import {
  ContentProfileModel,
  PathChangeModel,
  PathChangePage,
  ProfileChangeModel,
  TreeEntryModel,
  TreeEntryPage,
} from './content.model.js';
import { ContentService, type ShownEntry } from './content.service.js';
import { ProfileService } from './profile.service.js';

@Resolver(() => RepositoryModel)
export class ContentResolver {
  constructor(private readonly content: ContentService) {}

  @Access('governed')
  @ResolveField(() => TreeEntryPage, { description: 'Files under a prefix, by path.' })
  async entries(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('revision') revision: string,
    @Args('prefix', { nullable: true, type: () => String }) prefix?: string,
  ): Promise<Page<TreeEntryModel>> {
    const { nodes, pageInfo } = await this.content.listShown(
      caller,
      repository.name,
      revision,
      prefix ?? '',
      page,
    );
    return { nodes: nodes.map(toEntry), pageInfo };
  }

  @Access('governed')
  @ResolveField(() => TreeEntryModel, { description: 'The file at a path.' })
  async entry(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args('revision') revision: string,
    @Args('path') path: string,
  ): Promise<TreeEntryModel> {
    return toEntry(await this.content.show(caller, repository.name, revision, path));
  }

  @Access('governed')
  @ResolveField(() => PathChangePage, { description: 'What differs between two revisions, by path.' })
  async diff(
    @Caller() caller: Principal,
    @Parent() repository: RepositoryModel,
    @Args() page: PageArgs,
    @Args('from') from: string,
    @Args('to') to: string,
  ): Promise<Page<PathChangeModel>> {
    const { nodes, pageInfo } = await this.content.diff(caller, repository.name, from, to, page);
    return { nodes: nodes.map((change) => toPathChange(repository.id, change)), pageInfo };
  }
}

/** Adds to files what was read of them at commit. Whoever was shown the file may read its profile. */
@Resolver(() => TreeEntryModel)
export class EntryProfileResolver {
  constructor(private readonly profiles: ProfileService) {}

  @Access('governed')
  @ResolveField(() => ContentProfileModel, {
    nullable: true,
    description: 'Absent for formats that Cairn does not read.',
  })
  async profile(@Parent() entry: TreeEntryModel): Promise<ContentProfileModel | undefined> {
    const profile = entry.shown?.isMasked
      ? await this.profiles.read(entry.path, entry.shown)
      : await this.profiles.find(entry);
    return profile && toProfile(profile);
  }
}

/** Says of files whether their bytes are elsewhere. */
@Resolver(() => TreeEntryModel)
export class EntryImportResolver {
  @Access('governed')
  @ResolveField(() => Boolean, {
    description:
      'Imported without being copied: the digest names where it is and what it was, and reads are verified against that.',
  })
  isImported(@Parent() { metadata }: TreeEntryModel): boolean {
    return metadata !== undefined && IMPORT_MARK in metadata;
  }
}

@Resolver(() => PathChangeModel)
export class ChangeProfileResolver {
  constructor(
    private readonly profiles: ProfileService,
    private readonly rows: RowDiffService,
  ) {}

  @Access('governed')
  @ResolveField(() => ProfileChangeModel, { nullable: true, description: 'Where both sides could be read.' })
  async profileChange(@Parent() { before, after }: PathChangeModel): Promise<ProfileChangeModel | undefined> {
    const difference = await this.profiles.compare(before, after);
    return difference && toProfileChange(difference);
  }

  @Access('governed')
  @ResolveField(() => RowChangesModel, {
    nullable: true,
    description: 'Computed when asked, which may take a while. Absent where a side or a format has no rows.',
  })
  async rowChanges(@Parent() change: PathChangeModel): Promise<RowChangesModel | undefined> {
    const { before, after, repositoryId } = change;
    if (before === undefined || after === undefined) return undefined;
    const outcome = await this.rows.compare(repositoryId, before, after);
    if (outcome === undefined) return undefined;
    if (outcome.kind === 'unfit') return { problem: outcome.reason, samples: [] };
    const { keyProblem, ...diff } = outcome.diff;
    return { ...diff, problem: keyProblem };
  }
}

/** As GraphQL shows it. */
function toEntry(shown: ShownEntry): TreeEntryModel {
  return { path: shown.path, ...shown.entry, shown };
}

/** As GraphQL shows it. */
export function toPathChange(repositoryId: string, { path, before, after }: TreeChange): PathChangeModel {
  return {
    repositoryId,
    path,
    type: before === undefined ? 'added' : after === undefined ? 'removed' : 'modified',
    before: before && { path, ...before },
    after: after && { path, ...after },
  };
}

function toProfile({ columns, sampled, ...profile }: ContentProfile): ContentProfileModel {
  return { ...profile, columns: [...columns], isSampled: sampled ?? false };
}

function toProfileChange({
  added,
  removed,
  changedType,
  rowCount,
  breaking,
  reasons,
  statistics,
}: ProfileDiff): ProfileChangeModel {
  return {
    addedColumns: added,
    removedColumns: removed,
    changedColumns: changedType,
    rowCountBefore: rowCount.before,
    rowCountAfter: rowCount.after,
    isBreaking: breaking,
    reasons,
    statistics,
  };
}
