import { TableFault, type Cell } from './row-table.js';

/** The members of an object as they are written, with what stands between them. */
export interface Members {
  readonly cells: Map<string, Cell>;
  /** The text of each name, quotes and what leads to the value included: `"id": `. */
  readonly names: ReadonlyMap<string, string>;
  /** Between the opening brace and the first name, between two members, and before the closing brace. */
  readonly layout: { readonly open: string; readonly between: string; readonly close: string };
}

/**
 * Reads the members of an object whose text is known to be JSON. Values stay texts: parsing would round large numbers.
 * @throws {TableFault} not an object, or one name comes twice
 */
export function membersOf(text: string): Members {
  let at = skipSpace(text, 0);
  if (text[at] !== '{') throw new TableFault('has a row that is no object');
  const cells = new Map<string, Cell>();
  const names = new Map<string, string>();
  let open = '';
  let between = ', ';
  let start = at + 1;
  at = skipSpace(text, start);
  for (let count = 0; text[at] !== '}'; count += 1) {
    if (count === 0) open = text.slice(start, at);
    else if (count === 1) between = `,${text.slice(start, at)}`;
    const nameEnd = endOfText(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const valueStart = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const valueEnd = endOfValue(text, valueStart);
    if (cells.has(name))
      throw new TableFault(`has a row with two members ${JSON.stringify(name.slice(0, 100))}`);
    const raw = text.slice(valueStart, valueEnd);
    cells.set(name, { value: compact(raw), raw });
    names.set(name, text.slice(at, valueStart));
    start = valueEnd;
    at = skipSpace(text, valueEnd);
    if (text[at] === ',') {
      start = at + 1;
      at = skipSpace(text, start);
    }
  }
  return { cells, names, layout: { open, between, close: text.slice(start, at) } };
}

function skipSpace(text: string, at: number): number {
  let i = at;
  while (text.charCodeAt(i) <= 0x20) i += 1;
  return i;
}

/** Behind the closing quote of the text that begins at `at`. */
function endOfText(text: string, at: number): number {
  let i = at + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

function endOfValue(text: string, at: number): number {
  let depth = 0;
  let i = at;
  while (i < text.length) {
    const char = text[i]!;
    if (char === '"') {
      i = endOfText(text, i);
      if (depth === 0) return i;
      continue;
    }
    if (char === '{' || char === '[') depth += 1;
    else if (char === '}' || char === ']') {
      if (depth === 0) return trimmedEnd(text, at, i);
      depth -= 1;
      if (depth === 0) return i + 1;
    } else if (char === ',' && depth === 0) return trimmedEnd(text, at, i);
    i += 1;
  }
  return i;
}

function trimmedEnd(text: string, start: number, end: number): number {
  let i = end;
  while (i > start && text.charCodeAt(i - 1) <= 0x20) i -= 1;
  return i;
}

/** The text without the white space that is not within quotes. */
function compact(raw: string): string {
  const first = raw[0];
  if (first !== '{' && first !== '[') return raw;
  return raw.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
}
