import type { Command } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { instant, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import { resultOf } from '../output/replay-steps.js';
import type { Session } from '../session.js';

interface Answer {
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
}

interface Confirmation {
  readonly from: string;
  readonly to: string;
  readonly confirmed: number;
  readonly discrepancyCount: number;
  readonly discrepancies: readonly {
    readonly id: string;
    readonly decidedAt: string;
    readonly subject: string;
    readonly action: string;
    readonly asset?: { readonly namespace: string; readonly kind: string; readonly name: string };
    readonly logged: Answer;
    readonly replayed: Answer;
  }[];
  readonly unknownVersion: number;
  readonly unreadable: number;
  readonly isTruncated: boolean;
}

interface ReplayOptions {
  readonly days: number;
  readonly from?: string;
  readonly to?: string;
}

/** `audit replay`. */
export function addReplay(audit: Command, open: () => Session): void {
  audit
    .command('replay')
    .description(
      'ask each version of the policy again what the log says it was asked; exit code 1 when an answer is not as it is logged',
    )
    .option('--days <count>', 'how far back', wholeNumber('--days', 1, 3650), 1)
    .option('--from <instant>', 'instead of --days', instant('--from'))
    .option('--to <instant>', 'until when; now by default', instant('--to'))
    .action(async ({ days, ...options }: ReplayOptions) => {
      const session = open();
      const to = options.to ?? new Date().toISOString();
      const from = options.from ?? new Date(Date.parse(to) - days * 86_400_000).toISOString();
      const query = new URLSearchParams({ from, to });
      const response = await session.connect().request(`/api/v1/audit/replay?${query.toString()}`);
      const result = await resultOf<Confirmation>(session, response);
      session.output.result(result, () => describe(result));
      if (result.discrepancyCount > 0) throw new EndedBadly(EXIT.failure);
    });
}

function describe(result: Confirmation): string {
  const { confirmed, discrepancyCount, discrepancies, unknownVersion, unreadable, isTruncated } = result;
  const parts = [
    `${confirmed} answers follow from the policy and the input that the log names, ${discrepancyCount} do not.`,
    discrepancies.length > 0 &&
      formatTable(
        ['record', 'at', 'subject', 'action', 'asset', 'logged', 'replayed'],
        discrepancies.map(({ id, decidedAt, subject, action, asset, logged, replayed }) => [
          ...[id, formatInstant(decidedAt), subject, action],
          asset === undefined ? 'a list' : `${asset.namespace}: ${asset.kind}/${asset.name}`,
          ...[formatAnswer(logged), formatAnswer(replayed)],
        ]),
      ),
    discrepancyCount > discrepancies.length && `and ${discrepancyCount - discrepancies.length} more`,
    unknownVersion > 0 && `${unknownVersion} were answered by a policy that is not kept.`,
    unreadable > 0 && `${unreadable} cannot be read in the log.`,
    isTruncated && 'There are more answers in that time than were asked again; choose a shorter one.',
  ];
  return parts.filter(Boolean).join('\n');
}

function formatAnswer({ isAllowed, rules }: Answer): string {
  return [isAllowed ? 'allowed' : 'denied', ...rules].join(' ');
}
