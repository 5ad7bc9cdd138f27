/**
 * A pattern of names, in which `{word}` stands for one character or more up to the first place where what follows it in the pattern
 * stands, `{word.}` for such a text without a dot, and `{word#}` for digits. It is read from left to right and never goes back, so that it takes
 * a time of the name's length.
 */
export interface Template {
  readonly parts: readonly TemplatePart[];
}

type TemplatePart = { readonly text: string } | { readonly variable: string; readonly kind: VariableKind };

/** What a variable stands for: any text, one part of a name, which has no dot, or digits. */
type VariableKind = '' | '.' | '#';

/** A pattern that cannot be read; `rule` says why. */
export class TemplateError extends Error {
  constructor(readonly rule: string) {
    super(rule);
  }
}

const MAX_VARIABLES = 20;
const VARIABLE = /^([a-z][a-z0-9_]{0,31})([.#]?)$/;

/** @param isTarget whether it is to be filled in, so that a variable may stand in it several times @throws {TemplateError} */
export function parseTemplate(text: string, isTarget = false): Template {
  const parts: TemplatePart[] = [];
  const pieces = text.split(/[{}]/);
  if (pieces.length % 2 === 0 || !isBalanced(text))
    throw new TemplateError('must have each { closed by a }, and none within another');
  const names = new Set<string>();
  pieces.forEach((piece, i) => {
    if (i % 2 === 0) {
      if (piece !== '') parts.push({ text: piece });
      return;
    }
    const match = VARIABLE.exec(piece);
    if (match === null)
      throw new TemplateError(
        `must name variables as {word}, {word.} or {word#}, not {${piece.slice(0, 40)}}`,
      );
    const last = parts.at(-1);
    if (!isTarget && last !== undefined && 'variable' in last)
      throw new TemplateError('must have a text between two variables');
    if (!isTarget && names.has(match[1]!)) throw new TemplateError(`must name {${match[1]}} once`);
    names.add(match[1]!);
    parts.push({ variable: match[1]!, kind: match[2] as VariableKind });
  });
  if (parts.length > 2 * MAX_VARIABLES)
    throw new TemplateError(`must have at most ${MAX_VARIABLES} variables`);
  return { parts };
}

/** Names of the variables, in order. */
export function variablesOf({ parts }: Template): string[] {
  return parts.flatMap((part) => ('variable' in part ? [part.variable] : []));
}

/** What the variables stand for in a text; undefined when it is none of the pattern. */
export function matchTemplate({ parts }: Template, text: string): Map<string, string> | undefined {
  const found = new Map<string, string>();
  let at = 0;
  for (const [i, part] of parts.entries()) {
    if ('text' in part) {
      if (!text.startsWith(part.text, at)) return undefined;
      at += part.text.length;
      continue;
    }
    const next = parts[i + 1];
    const end =
      part.kind === '#'
        ? digitsEnd(text, at)
        : next !== undefined && 'text' in next
          ? text.indexOf(next.text, at + 1)
          : text.length;
    if (end <= at || (part.kind === '.' && text.slice(at, end).includes('.'))) return undefined;
    found.set(part.variable, text.slice(at, end));
    at = end;
  }
  return at === text.length ? found : undefined;
}

/** The text of a pattern with its variables filled in. A variable that is not known stays empty. */
export function fillTemplate({ parts }: Template, values: ReadonlyMap<string, string>): string {
  return parts.map((part) => ('text' in part ? part.text : (values.get(part.variable) ?? ''))).join('');
}

function digitsEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end]! >= '0' && text[end]! <= '9') end++;
  return end;
}

function isBalanced(text: string): boolean {
  let isOpen = false;
  for (const char of text) {
    if (char === (isOpen ? '{' : '}')) return false;
    if (char === '{' || char === '}') isOpen = !isOpen;
  }
  return !isOpen;
}
