import { Injectable } from '@nestjs/common';
import {
  AssetService,
  BranchService,
  type OpenRepository,
  RepositoryService,
  RevisionService,
} from '../../catalog/index.js';
import { CAIRN_ITSELF, type Principal, PrincipalService } from '../../identity/index.js';
import { NotFoundError } from '../../platform/index.js';
import { SubmitterDisabledError } from './errors.js';
import type { PinnedContent, RunInput, TrainingRun } from './training-run.js';

type Asked = Pick<PinnedContent, 'repository' | 'revision'>;

/** What a run is to read and write, named but not pinned. */
export interface RunRequest {
  readonly inputs: readonly (Asked & Pick<RunInput, 'mount'>)[];
  readonly code?: Asked;
  readonly output: { readonly repository: string; readonly branch: string };
}

/** The same, as policy allowed it: inputs and code at their commits. */
export interface PinnedRequest {
  readonly inputs: readonly RunInput[];
  readonly code: PinnedContent | null;
  readonly output: OpenRepository;
}

/**
 * What policy says of a run: `run` and `write` on the output (`merge` too, when its branch is protected), `read` and `train` on
 * every input, `read` on the code. Asked when it is submitted, again when it starts, and for the output once more when it ends.
 */
@Injectable()
export class RunAccess {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly branches: BranchService,
    private readonly revisions: RevisionService,
    private readonly assets: AssetService,
    private readonly principals: PrincipalService,
  ) {}

  /**
   * Asks policy about all of a run, and pins it to commits.
   * @throws {AccessDeniedError} naming the rule
   * @throws {NotFoundError} also for what the caller may not know of
   */
  async pin(caller: Principal, request: RunRequest): Promise<PinnedRequest> {
    const output = await this.openOutput(caller, request.output);
    const inputs: RunInput[] = [];
    for (const [i, input] of request.inputs.entries()) {
      const open = await this.repositories.open(caller, input.repository, 'read');
      await this.assets.authorize(
        caller,
        'train',
        open.asset,
        await this.branchContext(open, input.revision),
      );
      inputs.push({ ...(await this.pinned(open, input, `input.inputs[${i}].revision`)), mount: input.mount });
    }
    if (request.code === undefined) return { inputs, code: null, output };
    const code = await this.repositories.open(caller, request.code.repository, 'read');
    return { inputs, code: await this.pinned(code, request.code, 'input.code.revision'), output };
  }

  /**
   * Who submitted a run, as they are now, within what the credential was for that they submitted it by.
   * @throws {SubmitterDisabledError}
   */
  async submitterOf(run: TrainingRun): Promise<Principal> {
    const principal = await this.principals.bySubject(CAIRN_ITSELF, run.submittedBy);
    if (principal.disabledAt !== null || principal.id !== run.principalId)
      throw new SubmitterDisabledError(run.submittedBy);
    return { ...principal, scope: run.scope };
  }

  /** Asks again about a run that is about to start, whose commits stay as they were pinned. */
  async recheck(caller: Principal, run: TrainingRun): Promise<void> {
    await this.pin(caller, { inputs: run.inputs, code: run.code ?? undefined, output: run.output });
  }

  /** Asks about the output alone, and gives it. */
  async openOutput(caller: Principal, output: RunRequest['output']): Promise<OpenRepository> {
    const context = { branch: output.branch };
    await this.repositories.open(caller, output.repository, 'run', context);
    return this.branches.open(caller, output.repository, output.branch);
  }

  private async pinned(
    { repository, asset }: OpenRepository,
    asked: Asked,
    field: string,
  ): Promise<PinnedContent> {
    const commit = await this.revisions.resolve(repository, asked.revision, field);
    return { repository: repository.name, assetId: asset.id, revision: asked.revision, commitId: commit.id };
  }

  /** Of a revision that is no branch, policy is told no branch: a rule that asks for one does not allow. */
  private async branchContext(
    { repository }: OpenRepository,
    revision: string,
  ): Promise<{ branch?: string }> {
    try {
      return { branch: (await this.branches.find(repository, revision)).name };
    } catch (error) {
      if (error instanceof NotFoundError) return {};
      throw error;
    }
  }
}
