import { type Command } from 'commander';
import { describeNode, type LineageNode } from '../lineage/tree.js';
import { formatFields, formatInstant } from '../output/format.js';
import type { Session } from '../session.js';

/** What events tell of a run of any job. */
interface LineageRun {
  readonly id: string;
  readonly state: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly parentRunId: string | null;
  readonly job: NonNullable<LineageNode['asset']>;
  readonly verdict: { readonly isLost: boolean; readonly reason: string | null };
  readonly inputs: readonly RunDataset[];
  readonly outputs: readonly RunDataset[];
  readonly warnings: readonly { readonly path: string; readonly rule: string; readonly eventId: string }[];
}

interface RunDataset {
  readonly asset: LineageNode;
  readonly version: string | null;
  /** Of Cairn. */
  readonly commit: { readonly id: string } | null;
}

const ASSET = 'kind identityNamespace identityName';
const DATASET = `asset { id asset { ${ASSET} } } version commit { id }`;
const QUERY = `query LineageRun($id: ID!) {
  lineageRun(id: $id) {
    id state startedAt endedAt parentRunId job { ${ASSET} } verdict { isLost reason }
    inputs { ${DATASET} } outputs { ${DATASET} } warnings { path rule eventId }
  }
}`;

/** `run lineage ID`. @param run the group of commands about runs */
export function addLineageRun(run: Command, open: () => Session): void {
  run
    .command('lineage')
    .description('what events tell of a run of any job: what it read and wrote, and what was odd')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { lineageRun } = await connect().ask<{ lineageRun: LineageRun }>(QUERY, { id });
      output.result(lineageRun, () => formatLineageRun(lineageRun));
    });
}

function formatLineageRun(run: LineageRun): string {
  const { isLost, reason } = run.verdict;
  const fields = formatFields({
    run: run.id,
    of: describeNode({ id: '', asset: run.job }),
    state: `${isLost ? 'lost' : run.state}${reason === null ? '' : `: ${reason}`}`,
    parent: run.parentRunId,
    started: formatInstant(run.startedAt),
    ended: formatInstant(run.endedAt),
  });
  return [
    fields,
    ...run.inputs.map((dataset) => `read   ${describe(dataset)}`),
    ...run.outputs.map((dataset) => `wrote  ${describe(dataset)}`),
    ...run.warnings.map(({ path, rule }) => `odd    ${path} ${rule}`),
  ].join('\n');
}

function describe({ asset, version, commit }: RunDataset): string {
  const at = commit?.id ?? version;
  return at === null ? describeNode(asset) : `${describeNode(asset)} at ${at}`;
}
