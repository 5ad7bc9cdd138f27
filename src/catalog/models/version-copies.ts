import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Principal, subjectOf } from '../../identity/index.js';
import { InvalidInputError, Outbox } from '../../platform/index.js';
import { MANAGED_IDENTITY_NAMESPACE } from '../assets/asset.js';
import { AssetService } from '../assets/asset.service.js';
import { CommitService, type PreparedCommit } from '../commits/commit.service.js';
import { ContentService } from '../content/content.service.js';
import type { OpenRepository } from '../repositories/repository.service.js';
import { RepositoryRepository } from '../repositories/repository.repository.js';
import type { Commit } from '../versions/index.js';
import { MODEL_VERSION_COPIED, type ModelVersionCopied, registrationJobName } from './version-copied.js';
import { provenanceIn } from './version-metadata.js';

/** As many as one commit may change. */
const MAX_FILES = 10_000;

/** A commit of a model's repository whose content is that of a place elsewhere, not landed yet. */
export interface CopiedCommit extends PreparedCommit {
  readonly source: { readonly repository: string; readonly commitId: string };
}

/** Brings the content of a version from where it was made into the repository of its model. */
@Injectable()
export class VersionCopies {
  constructor(
    private readonly content: ContentService,
    private readonly commits: CommitService,
    private readonly repositories: RepositoryRepository,
    private readonly assets: AssetService,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Makes the commit, on top of the model's default branch. The caller may `write` there and `read` the source.
   * @param path the folder to take, which becomes the root; empty for all
   */
  async prepare(
    caller: Principal,
    { repository }: OpenRepository,
    source: OpenRepository & { readonly commit: Commit },
    path: string,
  ): Promise<CopiedCommit> {
    const prefix = path === '' ? '' : `${path}/`;
    const changes: {
      path: string;
      sha256: string;
      contentType?: string;
      metadata?: Record<string, string>;
    }[] = [];
    const objects: { sha256: string; sizeBytes: number }[] = [];
    for await (const { path: from, entry } of this.content.walk(source.commit, prefix)) {
      if (changes.length === MAX_FILES)
        throw new InvalidInputError('input.path', `must hold at most ${MAX_FILES} files to become a version`);
      const { sha256, sizeBytes, contentType, metadata } = entry;
      objects.push({ sha256, sizeBytes });
      changes.push({
        ...{ path: from.slice(prefix.length), sha256 },
        ...(contentType !== undefined && { contentType }),
        ...(metadata !== undefined && { metadata }),
      });
    }
    await this.repositories.addObjects(repository.id, objects, subjectOf(caller));
    const { id, metadata } = source.commit;
    const prepared = await this.commits.prepareWhole(caller, {
      ...{ repository: repository.name, branch: repository.defaultBranch, changes },
      message: `Register ${source.repository.name}@${id.slice(0, 12)}${path === '' ? '' : `:${path}`}`,
      metadata: {
        ...provenanceIn(metadata),
        'cairn.source': `${source.repository.name}@${id}${path === '' ? '' : `:${path}`}`,
      },
    });
    return { ...prepared, source: { repository: source.repository.name, commitId: id } };
  }

  /** In the transaction under way. @returns false when the branch moved meanwhile */
  land(copied: CopiedCommit): Promise<boolean> {
    return this.commits.land(copied, 'register model version');
  }

  /** Has lineage told that the content came from its source, in the transaction under way. */
  async announce(
    { open, commit, source }: CopiedCommit,
    version: Pick<ModelVersionCopied, 'model' | 'number' | 'registeredBy'>,
  ): Promise<void> {
    const { repository, asset } = open;
    const job = registrationJobName(repository.name);
    await this.assets.manage(
      {
        ...{ space: 'job', kind: 'job', identityNamespace: MANAGED_IDENTITY_NAMESPACE, identityName: job },
        namespace: asset.namespace,
      },
      {},
    );
    const payload: ModelVersionCopied = {
      ...{ ...version, from: source, to: { repository: repository.name, commitId: commit.id } },
      ...{ at: commit.committedAt.toISOString(), runId: randomUUID(), job },
    };
    await this.outbox.append([
      { topic: MODEL_VERSION_COPIED, orderingKey: repository.name, payload: { ...payload } },
    ]);
  }
}
