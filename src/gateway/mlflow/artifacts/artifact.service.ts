import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import {
  ContentService,
  ModelVersionService,
  type ReadableView,
  RefService,
  RepositoryService,
  StagingService,
  type TreeEntry,
  ViewService,
} from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import {
  AlreadyExistsError,
  DomainError,
  InvalidInputError,
  NotFoundError,
} from '../../../platform/index.js';
import type { Action } from '../../../policy/index.js';
import type { ObjectBody } from '../../../storage/index.js';
import { LoggedModelService } from '../tracking/logged-model.service.js';
import { RunService } from '../tracking/run.service.js';
import { type ArtifactPlace, branchOf } from './artifact-place.js';

/** A file or folder directly below a place; `name` is its last segment. */
export interface ArtifactItem {
  readonly name: string;
  readonly isFolder: boolean;
  readonly sizeBytes?: number;
}

/** Artifacts of versions do not change. */
export class ArtifactsFixedError extends DomainError {
  readonly kind = 'forbidden';
  constructor() {
    super(
      'The files of a registered version do not change. Log them to a run, then register another version.',
    );
  }
}

const CONTENT_TYPE = /^[\x20-\x7e]{1,255}$/;
const LIST_PAGE = 1000;
const MAX_LISTED = 10_000;

/** Artifacts as MLflow clients see them: staged on a branch of their run's or logged model's own, or in the commit of a version. */
@Injectable()
export class ArtifactService {
  constructor(
    private readonly runs: RunService,
    private readonly loggedModels: LoggedModelService,
    private readonly versions: ModelVersionService,
    private readonly repositories: RepositoryService,
    private readonly staging: StagingService,
    private readonly views: ViewService,
    private readonly refs: RefService,
    private readonly content: ContentService,
  ) {}

  /**
   * What is directly below a place, by name; nothing for a file and where nothing is. Files that masks or filters keep from the caller are
   * left out. Needs `read`.
   * @throws {InvalidInputError} there are more than 10,000
   */
  async list(caller: Principal, place: ArtifactPlace): Promise<ArtifactItem[]> {
    const { view, prefix } = await this.view(caller, place);
    if (view === undefined) return [];
    const below = folderOf(prefix, place.path);
    const items: ArtifactItem[] = [];
    for (let after: string | undefined; ;) {
      const page = await this.views.list(view, { prefix: below, after, limit: LIST_PAGE, delimiter: '/' });
      for (const item of page.items) {
        const isFolder = 'prefix' in item;
        const name = (isFolder ? item.prefix.slice(0, -1) : item.path).slice(below.length);
        if (isFolder) items.push({ name, isFolder });
        else {
          const shown = await this.content.shownIn(view, item.path, item.entry);
          if (shown) items.push({ name, isFolder, sizeBytes: shown.entry.sizeBytes });
        }
      }
      if (page.next === undefined) return items;
      // Clients cannot ask for the rest, and would take a part for all there is.
      if (items.length >= MAX_LISTED)
        throw new InvalidInputError(
          'path',
          `has more than ${MAX_LISTED} files and folders directly below it`,
        );
      after = page.next;
    }
  }

  /** Needs `read`, and is recorded as an access. @throws {NotFoundError} */
  async open(caller: Principal, place: ArtifactPlace): Promise<{ entry: TreeEntry; stream: Readable }> {
    const { view, prefix } = await this.view(caller, place);
    const found = view && (await this.views.entry(view, `${prefix}${place.path}`));
    if (found === undefined) throw new NotFoundError('Artifact', place.path);
    return this.content.openIn(caller, view!, `${prefix}${place.path}`, found, 'mlflow');
  }

  /** Stages the bytes at a place. Needs `write`. @throws {ArtifactsFixedError} @throws {InvalidInputError} */
  async put(caller: Principal, place: ArtifactPlace, body: ObjectBody, mediaType?: string): Promise<void> {
    const { repository, branch } = await this.writable(caller, place);
    const { sha256 } = await this.repositories.upload(caller, repository, body);
    const contentType =
      mediaType !== undefined && CONTENT_TYPE.test(mediaType) ? { contentType: mediaType } : {};
    const change = { repository, branch, changes: [{ path: place.path, sha256, ...contentType }] };
    try {
      await this.staging.stage(caller, change);
    } catch (error) {
      if (!(error instanceof NotFoundError) || error.what !== 'Branch') throw error;
      await this.createBranch(caller, repository, branch);
      await this.staging.stage(caller, change);
    }
  }

  /** Removes the file at a place, or all below it. Needs `write`. */
  async delete(caller: Principal, place: ArtifactPlace): Promise<void> {
    const { repository, branch } = await this.writable(caller, place);
    const { view } = await this.view(caller, place);
    if (view === undefined) return;
    const paths = (await this.views.entry(view, place.path)) === undefined ? [] : [place.path];
    const prefix = folderOf('', place.path);
    for (let after: string | undefined; ;) {
      const page = await this.views.list(view, { prefix, after, limit: LIST_PAGE });
      paths.push(...page.items.flatMap((item) => ('path' in item ? [item.path] : [])));
      if (paths.length > MAX_LISTED)
        throw new InvalidInputError('path', `has more than ${MAX_LISTED} files below it`);
      if (page.next === undefined) break;
      after = page.next;
    }
    if (paths.length === 0) return;
    const changes = paths.map((path) => ({ path, isDeleted: true }));
    await this.staging.stage(caller, { repository, branch, changes });
  }

  private async writable(
    caller: Principal,
    place: ArtifactPlace,
  ): Promise<{ readonly repository: string; readonly branch: string }> {
    if (place.kind === 'version') throw new ArtifactsFixedError();
    return { repository: await this.repositoryOf(caller, place, 'write'), branch: branchOf(place.id) };
  }

  /** @returns no view where nothing was ever put */
  private async view(
    caller: Principal,
    place: ArtifactPlace,
  ): Promise<{ readonly view: ReadableView | undefined; readonly prefix: string }> {
    if (place.kind === 'version') {
      const { repository, commitId, path } = await this.versions.getOfModel(
        caller,
        place.modelId,
        place.number,
      );
      return { view: await this.views.open(caller, repository, commitId), prefix: folderOf('', path) };
    }
    // That it is there; `read`, perhaps under masks, is asked for as its view is opened.
    const repository = await this.repositoryOf(caller, place, 'list');
    try {
      return { view: await this.views.open(caller, repository, branchOf(place.id)), prefix: '' };
    } catch (error) {
      if (error instanceof NotFoundError && error.what === 'Revision') return { view: undefined, prefix: '' };
      throw error;
    }
  }

  /** Name of the repository of the experiment. @throws {NotFoundError} also when the path names another experiment */
  private async repositoryOf(
    caller: Principal,
    place: Exclude<ArtifactPlace, { kind: 'version' }>,
    action: Action,
  ): Promise<string> {
    const service = place.kind === 'run' ? this.runs : this.loggedModels;
    const { experiment, repository } = await service.open(caller, place.id, action);
    if (experiment.id !== place.experimentId) throw new NotFoundError('Artifact', place.path);
    return repository.name;
  }

  private async createBranch(caller: Principal, repository: string, name: string): Promise<void> {
    try {
      await this.refs.create(caller, 'branch', { repository, name, revision: 'HEAD' });
    } catch (error) {
      if (!(error instanceof AlreadyExistsError)) throw error;
    }
  }
}

const folderOf = (prefix: string, path: string): string => (path === '' ? prefix : `${prefix}${path}/`);
