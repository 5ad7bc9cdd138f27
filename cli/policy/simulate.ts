import type { Command } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { instant, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import { resultOf } from '../output/replay-steps.js';
import type { Session } from '../session.js';
import { readPolicyFolder } from './policy-folder.js';

interface Side {
  readonly isAllowed: boolean;
  readonly rules: readonly string[];
  readonly masks: readonly string[];
  readonly filters: readonly string[];
}

interface Flip {
  readonly subject: string;
  readonly action: string;
  readonly asset?: { readonly namespace: string; readonly kind: string; readonly name: string };
  readonly before: Side;
  readonly after: Side;
  readonly count: number;
  readonly lastAt: string;
}

interface Simulation {
  readonly from: string;
  readonly to: string;
  readonly decisions: { readonly replayed: number; readonly flipped: number };
  readonly lists: { readonly replayed: number; readonly flipped: number; readonly skipped: number };
  readonly notReplayable: number;
  readonly flips: readonly Flip[];
  readonly listFlips: readonly Flip[];
  readonly isCut: boolean;
  readonly isTruncated: boolean;
}

interface SimulateOptions {
  readonly days: number;
  readonly from?: string;
  readonly to?: string;
  readonly failOnFlips?: boolean;
}

/** `policy simulate`. @param policy the command that it stands under */
export function addSimulate(policy: Command, open: () => Session): void {
  policy
    .command('simulate')
    .description(
      'ask the files of a folder what was asked of late, and list each answer that would be another',
    )
    .argument('<folder>')
    .option('--days <count>', 'how far back', wholeNumber('--days', 1, 3650), 7)
    .option('--from <instant>', 'instead of --days', instant('--from'))
    .option('--to <instant>', 'until when; now by default', instant('--to'))
    .option('--fail-on-flips', 'exit with 1 when there is one')
    .action(async (folder: string, options: SimulateOptions) => {
      const session = open();
      const to = options.to ?? new Date().toISOString();
      const from = options.from ?? new Date(Date.parse(to) - options.days * 86_400_000).toISOString();
      const { files } = await readPolicyFolder(session.io.cwd, folder);
      const result = await simulate(session, { files, from, to });
      session.output.result(result, () => formatSimulation(result));
      const isFlipped = result.decisions.flipped + result.lists.flipped > 0;
      if (isFlipped && options.failOnFlips === true) throw new EndedBadly(EXIT.failure);
    });
}

async function simulate(session: Session, body: object): Promise<Simulation> {
  const response = await session.connect().request('/api/v1/policy/simulations', {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  });
  return resultOf(session, response);
}

function formatSimulation(simulation: Simulation): string {
  const { decisions, lists, notReplayable, isCut, isTruncated } = simulation;
  const parts = [
    `${decisions.flipped} of ${decisions.replayed} decisions and ${lists.flipped} of ${lists.replayed} lists would be others.`,
    formatTable(
      ['subject', 'action', 'asset', 'before', 'after', 'count', 'last'],
      [...simulation.flips, ...simulation.listFlips].map(
        ({ subject, action, asset, before, after, count, lastAt }) => [
          ...[
            subject,
            action,
            asset === undefined ? 'a list' : `${asset.namespace}: ${asset.kind}/${asset.name}`,
          ],
          ...[formatSide(before), formatSide(after), String(count), formatInstant(lastAt)],
        ],
      ),
    ),
    notReplayable > 0 && `${notReplayable} cannot be read in the log, and are not asked again.`,
    lists.skipped > 0 && `${lists.skipped} lists were too many to be asked again.`,
    isCut && 'There are more different ones than are told here.',
    isTruncated && 'There are more decisions in that time than were asked again; choose a shorter one.',
  ];
  return parts.filter(Boolean).join('\n');
}

function formatSide({ isAllowed, rules, masks, filters }: Side): string {
  const under = [...masks, ...filters.map((filter) => `rows where ${filter}`)];
  return [
    ...[isAllowed ? 'allowed' : 'denied', ...rules],
    ...(under.length === 0 ? [] : [`(${under.join(', ')})`]),
  ].join(' ');
}
