import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { InvalidInputError, validate } from '../../platform/errors/index.js';
import type { BundleFile } from '../bundle/bundle.js';
import { CASE, questionOf } from './case.js';
import { cellsOf, MATRIX, questionsOf } from './matrix.js';
import type { Question } from './question.js';

/** Most questions that the tests of a bundle may ask. */
export const QUESTION_LIMIT = 200_000;

/** A file of cases cannot be read. */
export class CaseFileError extends InvalidInputError {
  /** @param line from 1 */
  constructor(
    readonly line: number,
    rule: string,
  ) {
    super('tests', rule);
  }
}

/**
 * Reads a file of `tests/`: a YAML list of cases and matrices, or one matrix.
 * @param limit how many questions it may come to
 * @throws {CaseFileError} naming what is wrong with it, and where
 */
export function readCases({ path: file, text }: BundleFile, limit = QUESTION_LIMIT): readonly Question[] {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) throw new CaseFileError(error.linePos?.[0].line ?? 1, error.message);
  const lineOf = (node: unknown): number => counter.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  const { contents } = document;
  const nodes: readonly unknown[] = isSeq(contents) ? contents.items : isMap(contents) ? [contents] : [];
  if (nodes.length === 0) throw new CaseFileError(1, 'must be a list of cases and matrices, or a matrix');

  const read = at(1, () => document.toJS() as unknown);
  const values = Array.isArray(read) ? (read as unknown[]) : [read];
  const questions: Question[] = [];
  for (const [index, value] of values.entries()) {
    const node = nodes[index];
    const line = lineOf(node);
    const field = isSeq(contents) ? `[${index}]` : '';
    const found = at(line, () => {
      if (!isMatrix(value)) return [{ ...questionOf(validate(CASE, value, field)), line }];
      const matrix = validate(MATRIX, value, field);
      if (questions.length + cellsOf(matrix) > limit)
        throw new InvalidInputError(field, `comes to more than ${limit} questions; ask for less`);
      const allow = isMap(node) ? node.get('allow') : undefined;
      return questionsOf(matrix, { own: line, allow: isSeq(allow) ? allow.items.map(lineOf) : [] });
    });
    for (const question of found) questions.push({ ...question, file });
  }
  if (questions.length > limit) throw new CaseFileError(1, `asks more than ${limit} questions; ask less`);
  return questions;
}

function isMatrix(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'matrix' in value;
}

/** Runs `read`; what it finds wrong is told with its line. */
function at<T>(line: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new CaseFileError(line, sentenceOf(error as Error));
  }
}

/** All that is wrong, since a misspelt field is a missing one, too. */
function sentenceOf(error: Error): string {
  const problems = error instanceof InvalidInputError ? error.details['problems'] : undefined;
  if (!Array.isArray(problems)) return error.message;
  return (problems as { field: string; rule: string }[])
    .map(({ field, rule }) => `${field}: ${rule}`)
    .join('; ');
}
