import { MAX_ROW_BYTES } from './profile.js';

/** The text of one row, or why there is none. */
export type RowText = { readonly text: string } | { readonly fault: string; readonly isFinal?: true };

/** The lines of JSON Lines that are not blank. A line too long is given up, the next one is read. */
export async function* splitLines(
  chunks: AsyncIterable<string>,
  isSampled: boolean,
): AsyncGenerator<RowText> {
  let rest = '';
  let isSkipping = false;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (isSkipping) isSkipping = false;
      else if (line.length > MAX_ROW_BYTES) yield { fault: 'a line is too long' };
      else if (line.trim() !== '') yield { text: line };
    }
    if (rest.length > MAX_ROW_BYTES) {
      if (!isSkipping) yield { fault: 'a line is too long' };
      isSkipping = true;
      rest = '';
    }
  }
  // The sample cuts its last line.
  if (!isSkipping && !isSampled && rest.trim() !== '') yield { text: rest };
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/**
 * The elements of the array that is the whole file, one after the other, so that the file is never in memory as a
 * whole. Only brackets and quotes are looked at here; whether an element is JSON shows when it is parsed.
 */
export async function* splitArray(
  chunks: AsyncIterable<string>,
  isSampled: boolean,
): AsyncGenerator<RowText> {
  let state = 'start' as 'start' | 'elements' | 'end';
  let depth = 0;
  let isInText = false;
  let isEscaped = false;
  let element = '';
  let count = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const code = chunk.charCodeAt(i);
      if (state !== 'elements') {
        if (isSpace(code)) continue;
        if (state === 'end') return yield { fault: 'something follows the array', isFinal: true };
        if (code !== 0x5b) return yield { fault: 'the top level is not an array of objects', isFinal: true };
        state = 'elements';
        from = i + 1;
      } else if (isInText) {
        if (isEscaped) isEscaped = false;
        else if (code === 0x5c) isEscaped = true;
        else if (code === 0x22) isInText = false;
      } else if (code === 0x22) isInText = true;
      else if (code === 0x7b || code === 0x5b) depth += 1;
      else if (depth > 0 && (code === 0x7d || code === 0x5d)) depth -= 1;
      else if (depth === 0 && (code === 0x2c || code === 0x5d)) {
        element += chunk.slice(from, i);
        from = i + 1;
        const isLast = code === 0x5d;
        if (isLast) state = 'end';
        // `[]` has no element, `[1,]` has an empty one.
        if (!isLast || count > 0 || element.trim() !== '') yield { text: element };
        count += 1;
        element = '';
      }
      // Checked here and not by chunk, so that one chunk's worth more cannot pile up.
      if (element.length + (i - from) > MAX_ROW_BYTES) {
        return yield { fault: 'an element is too long', isFinal: true };
      }
    }
    if (state === 'elements') element += chunk.slice(from);
  }
  if (state !== 'end' && !isSampled) yield { fault: 'the array is not closed', isFinal: true };
}
