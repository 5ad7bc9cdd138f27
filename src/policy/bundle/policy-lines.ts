import type { BundleFile } from './bundle.js';
import type { Position, Problems } from './problems.js';

/** A line of a CSV file, cut into trimmed columns; the first says what the line is, except in `places.csv`. */
export interface PolicyLine extends Position {
  readonly columns: readonly string[];
}

/** Longest line of a policy file, in characters. */
export const LINE_LIMIT = 4096;

/**
 * Cuts a file into lines and columns: at commas outside parentheses, as Casbin does. A line is blank, a comment (`#` as
 * its very first character), or columns; what stock Casbin would silently misread is a problem.
 */
export function policyLines(file: BundleFile, problems: Problems): PolicyLine[] {
  const lines: PolicyLine[] = [];
  for (const [index, text] of file.text.replace(/\r\n/g, '\n').split('\n').entries()) {
    if (text.startsWith('#') || text.trim() === '') continue;
    const position = { file: file.path, line: index + 1 };
    if (!isReadable(text, position, problems)) continue;
    const columns = splitColumns(text);
    if (columns === undefined)
      problems.add(position, 'character', 'parentheses do not match; write any(a, b)');
    else lines.push({ ...position, columns });
  }
  return lines;
}

function isReadable(text: string, position: Position, problems: Problems): boolean {
  if (text.length > LINE_LIMIT) {
    problems.add(position, 'character', `a line has at most ${LINE_LIMIT} characters`);
    return false;
  }
  if (text.includes('#')) {
    problems.add(
      position,
      'comment',
      'a # is allowed only as the first character of a line; Casbin would read it as policy',
    );
    return false;
  }
  const odd = /[^\P{C}\t]|[\u2028\u2029]/u.exec(text);
  if (odd !== null) {
    const code = odd[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0');
    problems.add(position, 'character', `holds the invisible character U+${code}`);
    return false;
  }
  return true;
}

function splitColumns(text: string): string[] | undefined {
  const columns: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index];
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (depth < 0) return undefined;
    if (char === ',' && depth === 0) {
      columns.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  columns.push(text.slice(start).trim());
  return depth === 0 ? columns : undefined;
}
