import type { Finding } from '../check/finding.js';
import type { BundleFile } from '../bundle/bundle.js';
import { isTestFile } from '../bundle/test-files.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import { failureOf, type Question } from './question.js';
import { CaseFileError, QUESTION_LIMIT, readCases } from './read-cases.js';

/** Failures of one file that are told one by one. */
const TOLD = 100;

/** What the tests of a bundle ask, and what they found. */
export interface CaseRun {
  readonly questions: readonly Question[];
  /** An error for each question that was not answered as expected, and each file that cannot be read. */
  readonly findings: readonly Finding[];
}

/** Asks a policy all that the tests of its bundle ask. Never throws for what they say. */
export function runCases(files: readonly BundleFile[], policy: Pick<CompiledPolicy, 'decide'>): CaseRun {
  const questions: Question[] = [];
  const findings: Finding[] = [];
  for (const file of files) {
    if (!isTestFile(file.path)) continue;
    try {
      const asked = readCases(file, QUESTION_LIMIT - questions.length);
      for (const question of asked) questions.push(question);
      findings.push(...failuresOf(asked, policy));
    } catch (error) {
      if (!(error instanceof CaseFileError)) throw error;
      const at = { file: file.path, line: error.line };
      findings.push({ severity: 'error', check: 'cases', ...at, message: error.rule });
    }
  }
  return { questions, findings };
}

function failuresOf(asked: readonly Question[], policy: Pick<CompiledPolicy, 'decide'>): Finding[] {
  const failures = asked.flatMap((question): Finding[] => {
    const message = failureOf(question, policy);
    const { file, line } = question;
    return message === undefined ? [] : [{ severity: 'error', check: 'case', file, line, message }];
  });
  const [first] = failures;
  if (first === undefined || failures.length <= TOLD) return failures;
  const message = `and ${failures.length - TOLD} more questions are not answered as expected`;
  return [...failures.slice(0, TOLD), { ...first, line: 0, message }];
}
