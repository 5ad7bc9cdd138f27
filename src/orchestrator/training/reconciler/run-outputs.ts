import { Inject, Injectable } from '@nestjs/common';
import { CommitService, RepositoryService } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import type { Lease } from '../../../platform/index.js';
import { EXECUTION_DRIVER, type ExecutionDriver, type OutputFile } from '../../execution/execution-driver.js';
import { OutputsRefusedError } from '../errors.js';
import { MAX_METRICS_BYTES, METRICS_PATH, parseMetrics } from '../run-metrics.js';
import type { TrainingRun } from '../training-run.js';
import { RunWriter } from './run-writer.js';

/** As many as one commit may change. */
const MAX_OUTPUT_FILES = 10_000;
/** Attempts to land on a branch that others move at the same time. */
const MAX_ATTEMPTS = 20;

interface Collected {
  readonly metrics: Readonly<Record<string, number>>;
  readonly changes: readonly { readonly path: string; readonly sha256: string }[];
}

/** The branch moved between preparing and landing. Rolls the transaction back. */
class NotLanded extends Error {}

/** Makes a model version of what a run left. */
@Injectable()
export class RunOutputs {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly commits: CommitService,
    private readonly writer: RunWriter,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
  ) {}

  /**
   * Commits the outputs of a run whose command succeeded, as the whole content of a commit on its branch. The commit lands in the
   * transaction that makes the run `succeeded`: there is one for each success, and none without.
   * @param caller who submitted the run; needs what every commit needs
   */
  async commit(lease: Lease, run: TrainingRun, caller: Principal, signal: AbortSignal): Promise<void> {
    const { metrics, changes } = await this.collect(run, caller, signal);
    const { repository, branch } = run.output;
    const message = `${run.name}\n\nTraining run ${run.id}`;
    const metadata = provenanceOf(run, metrics);
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      const prepared = await this.commits.prepareWhole(caller, {
        repository,
        branch,
        message,
        metadata,
        changes: [...changes],
      });
      const change = { metrics, exitCode: 0, outputCommitId: prepared.commit.id };
      try {
        await this.writer.advance(lease, run, { kind: 'committed' }, change, async () => {
          const hasLanded = await this.commits.land(prepared, 'training run');
          if (!hasLanded) throw new NotLanded();
          return {};
        });
        return;
      } catch (error) {
        if (!(error instanceof NotLanded)) throw error;
        if (attempt === MAX_ATTEMPTS) throw new OutputsRefusedError(`branch "${branch}" kept moving`);
      }
    }
  }

  private async collect(
    { id, output }: TrainingRun,
    caller: Principal,
    signal: AbortSignal,
  ): Promise<Collected> {
    const changes: { path: string; sha256: string }[] = [];
    let metrics: Record<string, number> = {};
    for await (const file of this.driver.outputs(id)) {
      signal.throwIfAborted();
      if (file.path === METRICS_PATH) {
        metrics = parseMetrics(await textOf(file));
        continue;
      }
      if (changes.length === MAX_OUTPUT_FILES)
        throw new OutputsRefusedError(`they have more than ${MAX_OUTPUT_FILES} files`);
      const { sha256 } = await this.repositories.upload(caller, output.repository, file.open());
      changes.push({ path: file.path, sha256 });
    }
    if (changes.length === 0)
      throw new OutputsRefusedError(`no file was written to CAIRN_OUTPUTS but ${METRICS_PATH}`);
    return { metrics, changes };
  }
}

/** What a model version tells of where it came from. By commit, not by name: not all who read the model may see the data. */
function provenanceOf(run: TrainingRun, metrics: Readonly<Record<string, number>>): Record<string, string> {
  const inputs = Object.fromEntries(run.inputs.map(({ mount, commitId }) => [mount, commitId]));
  return {
    'cairn.run': run.id,
    'cairn.content-hash': run.contentHash,
    'cairn.inputs': JSON.stringify(inputs),
    ...(run.code !== null && { 'cairn.code': run.code.commitId }),
    ...Object.fromEntries(Object.entries(metrics).map(([name, value]) => [`metric.${name}`, String(value)])),
  };
}

async function textOf({ sizeBytes, open }: OutputFile): Promise<string> {
  if (sizeBytes > MAX_METRICS_BYTES)
    throw new OutputsRefusedError(`${METRICS_PATH} has ${sizeBytes} bytes, more than ${MAX_METRICS_BYTES}`);
  const chunks: Buffer[] = [];
  for await (const chunk of open()) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
