import { EXIT, type ExitCode } from '../exit-codes.js';
import { formatFields, formatInstant, formatTable, shortId } from '../output/format.js';

/** A launched training. */
export interface TrainingRun {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly submittedBy: string;
  readonly inputs: readonly {
    readonly repository: string;
    readonly revision: string;
    readonly commitId: string;
    readonly mount: string;
  }[];
  /** Null also for those who may not see it. */
  readonly code: { readonly repository: string; readonly revision: string; readonly commitId: string } | null;
  readonly command: readonly string[];
  readonly output: { readonly repository: string; readonly branch: string; readonly commitId: string | null };
  readonly metrics: Readonly<Record<string, unknown>> | null;
  readonly image: string | null;
  readonly resources: Readonly<Record<string, string>>;
  readonly exitCode: number | null;
  readonly reason: string | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

/** GraphQL fields of a {@link TrainingRun}. */
export const RUN_FIELDS = `id name state submittedBy
  inputs { repository revision commitId mount } code { repository revision commitId } command
  output { repository branch commitId }
  parameters metrics image resources exitCode reason contentHash seed timeoutSeconds createdAt startedAt finishedAt`;

const FINAL: ReadonlySet<string> = new Set(['succeeded', 'failed', 'cancelled', 'lost']);

/** Whether the run stays as it is. */
export function isFinal({ state }: Pick<TrainingRun, 'state'>): boolean {
  return FINAL.has(state);
}

/** How waiting for a run ends: only success is a success. */
export function exitCodeOfRun(run: Pick<TrainingRun, 'state'>): ExitCode {
  return run.state === 'succeeded' || !isFinal(run) ? EXIT.ok : EXIT.failure;
}

/** A run as `run show` tells it. */
export function formatRun(run: TrainingRun): string {
  const { output, code } = run;
  return formatFields({
    run: run.id,
    name: run.name,
    state: run.reason === null ? run.state : `${run.state}: ${run.reason}`,
    'exit code': run.exitCode,
    by: run.submittedBy,
    inputs: run.inputs
      .map((input) => `${input.repository}@${input.revision} (${shortId(input.commitId)}) at ${input.mount}`)
      .join(', '),
    code: code === null ? undefined : `${code.repository}@${code.revision} (${shortId(code.commitId)})`,
    command: run.command.join(' '),
    output: `${output.repository}@${output.branch}${output.commitId === null ? '' : ` (${shortId(output.commitId)})`}`,
    image: run.image,
    resources: Object.entries(run.resources)
      .map((pair) => pair.join('='))
      .join(', '),
    metrics: run.metrics === null ? null : JSON.stringify(run.metrics),
    created: formatInstant(run.createdAt),
    started: formatInstant(run.startedAt),
    finished: formatInstant(run.finishedAt),
  });
}

/** Runs as a table. */
export function formatRuns(runs: readonly TrainingRun[]): string {
  return formatTable(
    ['run', 'name', 'state', 'output', 'created'],
    runs.map(({ id, name, state, output, createdAt }) => [
      id,
      name,
      state,
      `${output.repository}@${output.branch}`,
      formatInstant(createdAt),
    ]),
  );
}
