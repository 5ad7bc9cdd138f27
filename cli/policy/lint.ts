import { type Command, Option } from 'commander';
import { EndedBadly, EXIT } from '../exit-codes.js';
import type { Session } from '../session.js';
import { checkDirectory } from './bundle-directory.js';
import { countFindings, formatFindings, formatForGithub } from './format-findings.js';

interface LintOptions {
  readonly strict?: boolean;
  readonly format: 'text' | 'github';
}

/** `policy lint DIR`. @param policy the command that it stands under */
export function addLint(policy: Command, open: () => Session): void {
  policy
    .command('lint')
    .description('what is wrong or odd in policy files, with file and line; needs no service')
    .argument('<directory>', 'with model.conf, *.csv and tests/*.yaml')
    .option('--strict', 'fail for warnings too')
    .addOption(
      new Option('--format <format>', 'for people and editors, or for the log of a GitHub workflow')
        .choices(['text', 'github'])
        .default('text'),
    )
    .action(async (directory: string, { strict, format }: LintOptions) => {
      const session = open();
      const { output } = session;
      const { report } = await checkDirectory(session, directory);
      // Cases that fail are the business of `policy test`.
      const findings = report.findings.filter(({ check }) => check !== 'case');
      const write = format === 'github' ? formatForGithub : formatFindings;
      output.result({ findings }, () => write(directory, findings));
      const hasErrors = findings.some(({ severity }) => severity === 'error');
      if (findings.length > 0) output.message(`${countFindings(findings)}.`);
      else output.message('Nothing is odd.');
      if (hasErrors || (strict === true && findings.length > 0)) throw new EndedBadly(EXIT.failure);
    });
}
