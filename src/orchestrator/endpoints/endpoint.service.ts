import { newRunId } from '@cairn/openlineage-client';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, AssetService, ContentService, MANAGED_IDENTITY_NAMESPACE } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { Policy, UNCLASSIFIED } from '../../policy/index.js';
import { type Endpoint, type EndpointRevision, servingJobName } from './endpoint.js';
import { EndpointRepository } from './endpoint.repository.js';
import { EndpointElsewhereError, TooManyEndpointsError } from './errors.js';
import { Provenance } from './provenance.js';
import { EndpointReconciler } from './reconciler/endpoint-reconciler.js';

/** Endpoints that serve at once; each has a worker in every process. */
const MAX_SERVING = 100;
const MAX_MODEL_BYTES = 1024 ** 3;
/** Revisions that are listed. */
const LISTED_REVISIONS = 100;

const DEPLOY = z.object({
  name: z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      'must be 1–63 lower-case letters, digits or "-", with a letter or digit at both ends',
    ),
  namespace: z.string().min(1).max(300),
  repository: z.string().max(100),
  revision: z.string().max(300),
  path: z.string().max(1_024).optional(),
});
const CURSOR = z.tuple([z.string()], { error: 'must be the endCursor of an earlier page of this list' });

/** Endpoints as people see and change them. */
@Injectable()
export class EndpointService {
  constructor(
    private readonly database: Database,
    private readonly endpoints: EndpointRepository,
    private readonly content: ContentService,
    private readonly assets: AssetService,
    private readonly policy: Policy,
    private readonly provenance: Provenance,
    private readonly reconciler: EndpointReconciler,
  ) {}

  /**
   * Serves a model version under a name. Needs `deploy` on the endpoint and `read` on the model. The revision is pinned to its
   * commit now. Deploying what is wanted already changes nothing, unless it failed or was stopped.
   * @throws {AccessDeniedError} naming the rule
   * @throws {NotFoundError} @throws {InvalidInputError} @throws {EndpointElsewhereError} @throws {TooManyEndpointsError}
   */
  async deploy(caller: Principal, given: z.input<typeof DEPLOY>): Promise<Endpoint> {
    const { name, namespace, repository, revision, path: askedPath } = validate(DEPLOY, given, 'input');
    const before = await this.endpoints.find(name);
    await this.authorizeDeployment(caller, name, namespace, before);
    const model = await this.content.at(caller, repository, revision, 'input.revision');
    const path = askedPath ?? (await this.onlyModel(caller, repository, model.commit.id));
    const { entry } = await this.content.entry(caller, repository, model.commit.id, path);
    if (entry.sizeBytes > MAX_MODEL_BYTES)
      throw new InvalidInputError('input.path', `must be a model of at most ${MAX_MODEL_BYTES} bytes`);
    if (before && isWanted(before, repository, model.commit.id, path)) return before;
    const trainingRunId = await this.provenance.trainingRunOf(caller, model, model.commit.id, path, entry);
    await this.database.run(async () => {
      if (before?.desired !== 'serving' && (await this.endpoints.countServing()) >= MAX_SERVING)
        throw new TooManyEndpointsError(MAX_SERVING);
      const assetId = before?.assetId ?? (await this.manage(caller, name, namespace));
      await this.endpoints.deploy(name, assetId, {
        ...{ repository, modelAssetId: model.asset.id, commitId: model.commit.id, path },
        ...{ sha256: entry.sha256, sizeBytes: entry.sizeBytes, trainingRunId },
        ...{ runId: newRunId(), deployedBy: subjectOf(caller) },
      });
      await this.assets.changed(
        caller,
        'endpoint.deployed',
        { kind: 'endpoint', identityName: name, namespace },
        { repository, commit: model.commit.id, path },
      );
      this.database.afterCommit(this.reconciler.wake);
    });
    return (await this.endpoints.find(name))!;
  }

  /** Ends the serving of a name, after what was asked is answered. Needs `deploy`. */
  async stop(caller: Principal, name: string): Promise<Endpoint> {
    const { asset } = await this.open(caller, name);
    await this.assets.authorize(caller, 'deploy', asset);
    await this.database.run(async () => {
      await this.endpoints.stop(name);
      await this.assets.changed(caller, 'endpoint.stopped', asset);
      this.database.afterCommit(this.reconciler.wake);
    });
    return (await this.open(caller, name)).endpoint;
  }

  /** @throws {NotFoundError} also when the caller may not know of it */
  async get(caller: Principal, name: string): Promise<Endpoint> {
    return (await this.open(caller, name)).endpoint;
  }

  /** An endpoint that the caller may ask for predictions. @throws {AccessDeniedError} naming the rule @throws {NotFoundError} */
  async openForInference(caller: Principal, name: string): Promise<Endpoint> {
    const { endpoint, asset } = await this.open(caller, name);
    await this.assets.authorize(caller, 'infer', asset);
    return endpoint;
  }

  /** By name; what the caller may not see is absent. */
  async list(caller: Principal, args: PageArgs): Promise<Page<Endpoint>> {
    const request = pageRequest<readonly [string]>(args, 1);
    if (request.after !== undefined) validate(CURSOR, request.after, 'after');
    const { plan } = await this.policy.plan(caller, 'list');
    return pageOf(await this.endpoints.list(plan, request), request, ({ name }) => [name]);
  }

  /** The newest first, at most 100. The caller has been shown the endpoint. */
  revisions(name: string): Promise<EndpointRevision[]> {
    return this.endpoints.revisions(name, LISTED_REVISIONS);
  }

  /**
   * Those of the revisions whose model the caller may know of, by number.
   */
  async visibleRevisions(caller: Principal, revisions: readonly EndpointRevision[]): Promise<Set<number>> {
    const visible = await this.assets.getVisible(caller, [
      ...new Set(revisions.map((each) => each.modelAssetId)),
    ]);
    return new Set(revisions.filter((each) => visible.has(each.modelAssetId)).map(({ number }) => number));
  }

  private async open(caller: Principal, name: string): Promise<{ endpoint: Endpoint; asset: Asset }> {
    const endpoint = await this.endpoints.find(name);
    const asset =
      endpoint && (await this.assets.getVisible(caller, [endpoint.assetId])).get(endpoint.assetId);
    if (!endpoint || !asset) throw new NotFoundError('Endpoint', name);
    return { endpoint, asset };
  }

  private async authorizeDeployment(
    caller: Principal,
    name: string,
    namespace: string,
    before: Endpoint | undefined,
  ): Promise<void> {
    const resource = {
      namespace,
      kind: 'endpoint',
      name: servingJobName(name),
      tags: [UNCLASSIFIED],
    } as const;
    if (!before) return this.policy.authorize(caller, 'deploy', resource);
    const { asset } = await this.open(caller, name);
    await this.assets.authorize(caller, 'deploy', asset);
    if (before.namespace !== namespace) throw new EndpointElsewhereError(name, before.namespace);
  }

  /** A model repository mostly holds one model. */
  private async onlyModel(caller: Principal, repository: string, commitId: string): Promise<string> {
    const { nodes } = await this.content.list(caller, repository, commitId, '', { first: 200 });
    const models = nodes.map(({ path }) => path).filter((path) => path.endsWith('.onnx'));
    if (models.length === 1) return models[0]!;
    const found = models.length === 0 ? 'no .onnx file' : `several: ${models.slice(0, 5).join(', ')}`;
    throw new InvalidInputError('input.path', `must name the model file; the commit has ${found}`);
  }

  private manage(caller: Principal, name: string, namespace: string): Promise<string> {
    const identity = {
      space: 'job',
      kind: 'endpoint',
      identityNamespace: MANAGED_IDENTITY_NAMESPACE,
      identityName: servingJobName(name),
    } as const;
    return this.assets.manage({ ...identity, namespace }, { owners: [subjectOf(caller)] });
  }
}

function isWanted(
  { desired, revision }: Endpoint,
  repository: string,
  commitId: string,
  path: string,
): boolean {
  const isSame =
    revision.repository === repository && revision.commitId === commitId && revision.path === path;
  return isSame && desired === 'serving' && revision.refusal === null;
}
