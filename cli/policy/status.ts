import type { Command } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import { formatFields, formatInstant, formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { type Delivery, DELIVERY_FIELDS, formatFindings } from './delivery.js';

interface Attempt extends Delivery {
  readonly source: string;
  readonly sourceRef: string | null;
  readonly attemptedBy: string;
  readonly attemptedAt: string;
}

interface Move {
  readonly generation: number;
  readonly version: string;
  readonly source: string;
  readonly sourceRef: string | null;
  readonly signedBy: string | null;
  readonly movedBy: string;
  readonly reason: string;
  readonly movedAt: string;
}

interface Status {
  readonly version: string;
  readonly generation: number;
  readonly since: string;
  readonly changedBy: string;
  readonly source: string;
  readonly isApplyOpen: boolean;
  readonly keys: readonly string[];
  readonly answering: {
    readonly version: string;
    readonly generation: number;
    readonly lagReason: string | null;
  };
  readonly lastOfSource: Attempt | null;
  readonly history: { readonly nodes: readonly Move[] };
}

const QUERY = `query PolicyStatus($first: Int!) { policy { version generation since changedBy source isApplyOpen keys
  answering { version generation lagReason } lastOfSource { ${DELIVERY_FIELDS} source sourceRef attemptedBy attemptedAt }
  history(first: $first) { nodes { generation version source sourceRef signedBy movedBy reason movedAt } } } }`;

/** `policy status`. @param policy the command that it stands under */
export function addStatus(policy: Command, open: () => Session): void {
  policy
    .command('status')
    .description(
      'which version is live, since when, by whom; what the source shows, and why it is refused if it is',
    )
    .option('-n, --limit <count>', 'moves that are listed', wholeNumber('--limit', 1, 200), 10)
    .action(async ({ limit }: { limit: number }) => {
      const { output, connect } = open();
      const { policy: status } = await connect().ask<{ policy: Status }>(QUERY, { first: limit });
      output.result(status, () => formatStatus(status));
    });
}

function formatStatus(status: Status): string {
  const { answering, lastOfSource: last, history } = status;
  const fields = formatFields({
    version: status.version,
    generation: status.generation,
    since: `${formatInstant(status.since)} by ${status.changedBy}`,
    source: status.source,
    signed: status.keys.length === 0 ? 'not needed' : `by ${status.keys.join(' or ')}`,
    apply: status.isApplyOpen ? 'open' : 'closed',
    'this replica': answering.lagReason === null ? 'answers from it' : `is behind: ${answering.lagReason}`,
    'last seen': last === null ? '-' : `${formatInstant(last.attemptedAt)} ${last.outcome}: ${last.message}`,
  });
  const moves = formatTable(
    ['generation', 'version', 'since', 'by', 'how', 'why'],
    history.nodes.map((move) => [
      ...[String(move.generation), shortId(move.version), formatInstant(move.movedAt), move.movedBy],
      ...[[move.source, move.sourceRef?.slice(0, 12)].filter(Boolean).join(' '), move.reason],
    ]),
  );
  return [fields, formatFindings(last?.findings ?? []), moves].filter(Boolean).join('\n\n');
}
