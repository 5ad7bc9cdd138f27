import { type Command } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import type { Session } from '../session.js';
import { type CheckedDirectory, readableDirectory, toolkit } from './bundle-directory.js';
import { formatFindings, placeOf } from './format-findings.js';

interface TestOptions {
  readonly mutants?: boolean;
  readonly coverage?: boolean;
  readonly limit: number;
}

type Toolkit = Awaited<ReturnType<typeof toolkit>>;
type Coverage = ReturnType<Toolkit['coverageOf']>;
type MutationRun = Awaited<ReturnType<Toolkit['mutate']>>;

/** `policy test DIR`. @param policy the command that it stands under */
export function addTest(policy: Command, open: () => Session): void {
  policy
    .command('test')
    .description('asks the policy all that tests/*.yaml ask; needs no service')
    .argument('<directory>', 'with model.conf, *.csv and tests/*.yaml')
    .option('--coverage', 'name the rules and role links that decided nothing')
    .option('--mutants', 'take out each line in turn, and fail for those that no case misses')
    .option('--limit <seconds>', 'for --mutants, at most', wholeNumber('--limit', 1, 3_600), 60)
    .action(async (directory: string, options: TestOptions) => {
      const session = open();
      const { output } = session;
      const { CompiledPolicy, coverageOf } = await toolkit();
      const checked = await readableDirectory(session, directory);
      const { bundle, questions } = checked.report;
      const findings = checked.report.findings.filter(({ check }) => check === 'case' || check === 'cases');
      const compiled = new CompiledPolicy(bundle);
      const coverage = options.coverage === true ? coverageOf(compiled, questions) : undefined;
      const mutation =
        options.mutants === true ? await runMutants(session, checked, options.limit) : undefined;

      output.result({ questions: questions.length, findings, coverage, mutation }, () =>
        [
          formatFindings(directory, findings),
          coverage && formatCoverage(directory, coverage),
          mutation && formatMutation(directory, mutation),
        ]
          .filter(Boolean)
          .join('\n'),
      );
      output.message(summaryOf(questions.length, findings.length, mutation));
      const isGood = findings.length === 0 && mutation?.isComplete !== false && !mutation?.survivors.length;
      if (!isGood) throw new EndedBadly(EXIT.failure);
    });
}

async function runMutants(
  { io }: Session,
  { report }: CheckedDirectory,
  limitSeconds: number,
): Promise<MutationRun> {
  const { CompiledPolicy, mutate } = await toolkit();
  const show = (text: string): void => void (io.stderr.isTTY === true && io.stderr.write(`\r${text}`));
  const run = await mutate(new CompiledPolicy(report.bundle!), report.questions, {
    limitMs: limitSeconds * 1_000,
    onProgress: (asked, total) => show(`${asked} of ${total} questions asked again`),
  });
  show(`${' '.repeat(60)}\r`);
  return run;
}

function formatCoverage(directory: string, { rules, roleLinks }: Coverage): string {
  const section = (what: string, { total, uncovered }: Coverage['rules']): string[] => [
    `${total - uncovered.length} of ${total} ${what} decided something.`,
    ...uncovered.map((each) => `${placeOf(directory, each.file, each.line)}: decided nothing: ${each.what}`),
  ];
  return [...section('rules', rules), ...section('role links', roleLinks)].join('\n');
}

function formatMutation(directory: string, { survivors }: MutationRun): string {
  return survivors
    .map(({ kind, what, file, line, isReached }) => {
      const why = isReached ? 'every answer stays as expected without it' : 'no case comes by it';
      return `${placeOf(directory, file, line)}: unnoticed ${kind}: ${what} (${why})`;
    })
    .join('\n');
}

function summaryOf(questions: number, failures: number, mutation: MutationRun | undefined): string {
  const asked = `${questions} questions, ${failures} not answered as expected`;
  if (mutation === undefined) return `${asked}.`;
  if (!mutation.isComplete)
    return `${asked}; the time was not enough for ${mutation.mutants} mutants, raise --limit.`;
  return `${asked}; of ${mutation.mutants} mutants ${mutation.survivors.length} went unnoticed.`;
}
