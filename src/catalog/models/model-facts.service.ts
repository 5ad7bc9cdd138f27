import { Injectable } from '@nestjs/common';
import type { Principal } from '../../identity/index.js';
import type { Page, PageArgs } from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { ContentService } from '../content/content.service.js';
import { ProfileService } from '../content/profile.service.js';
import { RevisionService } from '../commits/revision.service.js';
import { MAX_ML_MODEL_BYTES, type MlModel, parseMlModel, type Signature } from './ml-model.js';
import {
  MAX_FACT_FILES,
  modelCard,
  type TrainingInput,
  type VersionFacts,
  type VersionFile,
} from './model-card.js';
import { ModelVersionRepository } from './model-version.repository.js';
import type { ModelVersion } from './registered-model.js';
import { type OpenModel, RegisteredModelService } from './registered-model.service.js';
import { factsOf } from './version-metadata.js';

const ML_MODEL = 'MLmodel';

/** What is known of a version: read from its files and its commit when asked. Needs `read`. */
@Injectable()
export class ModelFactsService {
  constructor(
    private readonly models: RegisteredModelService,
    private readonly versions: ModelVersionRepository,
    private readonly content: ContentService,
    private readonly revisions: RevisionService,
    private readonly profiles: ProfileService,
    private readonly policy: Policy,
  ) {}

  /** All of it. @throws {NotFoundError} @throws {AccessDeniedError} */
  async facts(caller: Principal, version: ModelVersion): Promise<VersionFacts> {
    const open = await this.models.open(caller, version.model, 'read');
    const commit = await this.revisions.get(open.repository, version.commitId);
    const { files, hasMoreFiles } = await this.readFiles(commit, version);
    const mlModel = await this.readMlModel(caller, version, files);
    const { inputs, contentHash, codeCommit } = factsOf(commit.metadata);
    const signature = signatureOf(mlModel, files);
    return {
      ...{ model: open.model, owners: open.asset.owners, classifications: open.asset.tags },
      ...{ version, commit, files, hasMoreFiles },
      ...(mlModel !== undefined && { mlModel }),
      ...(signature !== undefined && { signature }),
      trainedOn: await this.trainedOn(caller, inputs),
      ...(contentHash !== undefined && { contentHash }),
      ...(codeCommit !== undefined && { codeCommit }),
    };
  }

  /** The card of a version, in Markdown. */
  async card(caller: Principal, version: ModelVersion): Promise<string> {
    return modelCard(await this.facts(caller, version));
  }

  /** Files of a version by path, below its own. */
  async files(caller: Principal, version: ModelVersion, args: PageArgs): Promise<Page<VersionFile>> {
    const { repository, commitId, path } = version;
    const prefix = path === '' ? '' : `${path}/`;
    const page = await this.content.list(caller, repository, commitId, prefix, args);
    const nodes = page.nodes.map(({ path: whole, entry }) => ({
      ...entry,
      path: whole.slice(prefix.length),
    }));
    return { nodes, pageInfo: page.pageInfo };
  }

  /** Opens a model for reading: metrics and parameters tell of its content. */
  open(caller: Principal, { model }: ModelVersion): Promise<OpenModel> {
    return this.models.open(caller, model, 'read');
  }

  private async readFiles(
    commit: Parameters<ContentService['walk']>[0],
    { path }: ModelVersion,
  ): Promise<{ files: VersionFile[]; hasMoreFiles: boolean }> {
    const prefix = path === '' ? '' : `${path}/`;
    const files: VersionFile[] = [];
    for await (const { path: whole, entry } of this.content.walk(commit, prefix)) {
      if (files.length === MAX_FACT_FILES) return { files, hasMoreFiles: true };
      const profile = await this.profiles.find({ ...entry, path: whole });
      files.push({ ...entry, path: whole.slice(prefix.length), ...(profile !== undefined && { profile }) });
    }
    return { files, hasMoreFiles: false };
  }

  private async readMlModel(
    caller: Principal,
    { repository, commitId, path }: ModelVersion,
    files: readonly VersionFile[],
  ): Promise<MlModel | undefined> {
    const file = files.find((one) => one.path === ML_MODEL);
    if (file === undefined) return undefined;
    if (file.sizeBytes > MAX_ML_MODEL_BYTES)
      return {
        flavors: [],
        problems: [`MLmodel: has ${file.sizeBytes} bytes; up to ${MAX_ML_MODEL_BYTES} are read`],
      };
    const place = path === '' ? ML_MODEL : `${path}/${ML_MODEL}`;
    const { stream } = await this.content.open(caller, repository, commitId, place);
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return parseMlModel(Buffer.concat(chunks).toString('utf8'));
  }

  private async trainedOn(
    caller: Principal,
    inputs: Readonly<Record<string, string>>,
  ): Promise<TrainingInput[]> {
    const commitIds = [...new Set(Object.values(inputs))];
    if (commitIds.length === 0) return [];
    const { plan } = await this.policy.plan(caller, 'list');
    const found = await this.versions.repositoriesOf(plan, commitIds);
    return Object.entries(inputs).map(([mount, commitId]) => ({
      mount,
      commitId,
      repositories: found.filter((one) => one.commitId === commitId).map(({ repository }) => repository),
    }));
  }
}

/** That of `MLmodel`, else that of the only file whose inputs and outputs could be read. */
function signatureOf(mlModel: MlModel | undefined, files: readonly VersionFile[]): Signature | undefined {
  if (mlModel?.signature !== undefined) return { source: ML_MODEL, ...mlModel.signature };
  const readable = files.filter(
    ({ profile }) => profile?.model !== undefined && profile.model.inputs.length > 0,
  );
  const [only, another] = readable;
  if (only === undefined || another !== undefined) return undefined;
  const { inputs, outputs } = only.profile!.model!;
  return { source: only.path, inputs, outputs, params: [] };
}
