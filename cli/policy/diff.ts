import type { Command } from 'commander';
import { EndedBadly, EXIT, UsageError } from '../exit-codes.js';
import type { Session } from '../session.js';
import { readableDirectory, toolkit } from './bundle-directory.js';
import { CONTEXT_OPTION, contextFrom } from './context.js';
import {
  formatCellFlips,
  formatDifference,
  formatLines,
  type LineChange,
  type PolicyDifference,
} from './format-difference.js';

interface DiffOptions {
  readonly exitCode?: boolean;
  readonly context?: readonly string[];
}

const LINES = 'lines { kind change what file line columns { name before after } } lineTotal';
const ANSWER = '{ allowed rules reason masks filters }';
const ANSWERS = `before ${ANSWER} after ${ANSWER}`;
const DIFFERENCE = `query DiffPolicy($files: [PolicyFileInput!]!, $context: PolicyContextInput) {
  diffPolicy(files: $files, context: $context) {
    before after ${LINES} accessTotal isComplete
    access { kind actions principals principalTotal askedAs total mask { tag before after } filter { removed added }
      assets { asset { id namespace kind name tags } ${ANSWERS} } }
    system { object principals principalTotal ${ANSWERS} }
  }
}`;

/** `policy diff`. @param policy the command that it stands under */
export function addDiff(policy: Command, open: () => Session): void {
  policy
    .command('diff')
    .description(
      'who would gain or lose what: of a folder against the policy of a service, or of two folders',
    )
    .argument('<directory>', 'the new policy; the old one when another follows')
    .argument('[new-directory]', 'then no service is asked: what the tests of both ask is compared')
    .option('--exit-code', 'end with 1 when anybody gains or loses anything')
    .option(...CONTEXT_OPTION)
    .action(async (first: string, second: string | undefined, options: DiffOptions) => {
      const session = open();
      const differs = await (second === undefined
        ? diffWithService(session, first, options)
        : diffDirectories(session, first, second, options));
      if (differs && options.exitCode === true) throw new EndedBadly(EXIT.failure);
    });
}

async function diffWithService(
  session: Session,
  directory: string,
  { context }: DiffOptions,
): Promise<boolean> {
  const { files } = await readableDirectory(session, directory);
  const { diffPolicy } = await session
    .connect()
    .ask<{ diffPolicy: PolicyDifference }>(DIFFERENCE, { files, context: contextFrom(context) });
  const { access, system, isComplete } = diffPolicy;
  session.output.result(diffPolicy, () => formatDifference(directory, diffPolicy));
  if (!isComplete) session.output.message('There was not the time to compare all: more may be otherwise.');
  return access.length + system.length > 0;
}

async function diffDirectories(
  session: Session,
  before: string,
  after: string,
  { context }: DiffOptions,
): Promise<boolean> {
  if (context !== undefined)
    throw new UsageError('--context is for a service: tests say what their requests say');
  const { CompiledPolicy, flipsOf, lineChanges } = await toolkit();
  const [old, next] = [await readableDirectory(session, before), await readableDirectory(session, after)];
  const policies = [old, next].map(({ report }) => new CompiledPolicy(report.bundle));
  const questions = [...old.report.questions, ...next.report.questions];
  const lines: readonly LineChange[] = lineChanges(old.report.bundle, next.report.bundle);
  const flips = flipsOf(
    policies[0]!,
    policies[1]!,
    questions.map(({ request }) => request),
  );
  session.output.result({ before: policies[0]!.version, after: policies[1]!.version, lines, flips }, () =>
    [formatLines(after, lines, before), formatCellFlips(flips)].filter(Boolean).join('\n\n'),
  );
  if (lines.length === 0) session.output.message('Nothing differs.');
  else session.output.message(`${flips.length} of the questions of both tests are answered in another way.`);
  return flips.length > 0;
}
