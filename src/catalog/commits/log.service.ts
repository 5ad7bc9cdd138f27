import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import { cursorOf, type Page, type PageArgs, pageOf, pageRequest } from '../../platform/index.js';
import type { Repository } from '../repositories/repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { entriesEqual, parsePath, Trees } from '../trees/index.js';
import type { Commit } from '../versions/index.js';
import { CommitRepository } from './commit.repository.js';
import { RevisionService } from './revision.service.js';

/** Commits that one page looks at, so that a path that never changed is no endless search. */
const MAX_LOOKS = 5_000;
const LOOK_PAGE = 200;

/** History: first parents from a revision back, newest first. */
@Injectable()
export class LogService {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly revisions: RevisionService,
    private readonly commits: CommitRepository,
    private readonly trees: Trees,
  ) {}

  /**
   * @param path only commits that changed what is at this path, or under it when it ends in `/`; needs `read`, as it tells of content
   * @returns with a path, a page may have fewer commits than asked for, or none, and yet a next one
   */
  async log(
    caller: Principal,
    repository: Repository,
    revision: string,
    args: PageArgs,
    path?: string,
  ): Promise<Page<Commit>> {
    if (path !== undefined) await this.repositories.open(caller, repository.name, 'read');
    const request = pageRequest<readonly [string]>(args, 1);
    const start = request.after
      ? (await this.revisions.get(repository, request.after[0])).parents[0]
      : (await this.revisions.resolve(repository, revision)).id;
    if (path === undefined) {
      const commits =
        start === undefined ? [] : await this.commits.firstParents(repository.id, start, request.limit);
      return pageOf(commits, request, (commit) => [commit.id]);
    }
    return this.logOf(repository, start, parsePathOrFolder(path), request.first);
  }

  private async logOf(
    repository: Repository,
    start: string | undefined,
    path: string,
    first: number,
  ): Promise<Page<Commit>> {
    const nodes: Commit[] = [];
    let next = start;
    let last: Commit | undefined;
    for (let looks = 0; looks < MAX_LOOKS && next !== undefined; looks += LOOK_PAGE) {
      // One more, for the parent of the last.
      const commits = await this.commits.firstParents(repository.id, next, LOOK_PAGE + 1);
      next = commits.length > LOOK_PAGE ? commits[LOOK_PAGE]!.id : undefined;
      for (const [i, commit] of commits.slice(0, LOOK_PAGE).entries()) {
        last = commit;
        if (await this.isChanged(commits[i + 1], commit, path)) nodes.push(commit);
        if (nodes.length === first) return this.page(nodes, commit, commit.parents.length > 0);
      }
    }
    return this.page(nodes, last, next !== undefined);
  }

  private page(nodes: readonly Commit[], last: Commit | undefined, hasNextPage: boolean): Page<Commit> {
    const endCursor = last && cursorOf([last.id]);
    return { nodes, pageInfo: { hasNextPage, endCursor } };
  }

  private async isChanged(parent: Commit | undefined, commit: Commit, path: string): Promise<boolean> {
    if (parent?.tree === commit.tree) return false;
    if (!path.endsWith('/')) {
      const before = parent && (await this.trees.get(parent.tree, path));
      return !entriesEqual(before, await this.trees.get(commit.tree, path));
    }
    if (parent === undefined)
      return (await this.trees.list(commit.tree, { prefix: path, limit: 1 })).items.length > 0;
    for await (const change of this.trees.diff(parent.tree, commit.tree, { prefix: path }))
      return change !== undefined;
    return false;
  }
}

function parsePathOrFolder(path: string): string {
  if (!path.endsWith('/')) return parsePath(path);
  return `${parsePath(path.slice(0, -1))}/`;
}
