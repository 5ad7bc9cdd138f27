import type { Offset } from './expression.js';
import type { Problem, ProblemCode } from './statement.js';

/** What each code says of its subject. */
const MESSAGES: Readonly<Record<ProblemCode, (subject: string) => string>> = {
  'ambiguous-column': (subject) =>
    `which relation has the column ${subject} cannot be told without their schemas`,
  'column-count': (subject) => `the columns of ${subject} and what is written to them are not equally many`,
  'dynamic-sql': (subject) => `${subject} runs statements that are not in the text`,
  'external-program': (subject) => `data goes through the program ${subject}`,
  'parser-failed': (subject) => `the parser ended: ${subject}`,
  'prepared-statement': (subject) => `what ${subject} runs was, or will be, told elsewhere`,
  syntax: (subject) => subject,
  timeout: (subject) => `the parser took longer than ${subject}`,
  'too-complex': (subject) => `the statement is too complex: ${subject}`,
  'too-large': (subject) => `the statement is larger than ${subject}`,
  'unknown-column': (subject) => `no relation is known to have the column ${subject}`,
  'unknown-columns': (subject) => `the columns of ${subject} are not known`,
  'unknown-definition': (subject) => `what ${subject} is made of is not in the text`,
  'unknown-function': (subject) =>
    `the function ${subject} is not of the engine and may read and write anything`,
  'unqualified-table': (subject) => `${subject} needs a default catalog and schema to be told from others`,
  'unsupported-construct': (subject) => `${subject} is not understood`,
};

/** Problems that leave open which datasets a statement touches. */
export const HIDING: ReadonlySet<ProblemCode> = new Set([
  'dynamic-sql',
  'prepared-statement',
  'too-complex',
  'unknown-function',
  'unqualified-table',
  'unsupported-construct',
]);

const MAX_SUBJECT_CHARS = 300;

/** Makes a problem, in the words of its code. */
export function problem(code: ProblemCode, subject: string, at: Offset): Problem {
  const short = subject.slice(0, MAX_SUBJECT_CHARS);
  return { code, subject: short, message: MESSAGES[code](short), at };
}
