const NEWLINE = 0x0a;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Reads what `COPY … TO STDOUT` sends in its text format, a chunk at a time: for tables too long to be held as rows.
 * @param chunks bytes cut anywhere
 * @returns batches of rows, each row the texts of its columns; `undefined` for NULL
 */
export async function* copiedRows(chunks: AsyncIterable<Buffer>): AsyncGenerator<(string | undefined)[][]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest = Buffer.concat([rest, chunk]);
      continue;
    }
    const lines = Buffer.concat([rest, chunk.subarray(0, end)]).toString('utf8');
    rest = chunk.subarray(end + 1);
    yield lines.split('\n').map(columnsOf);
  }
}

/** The columns of one row, without the newline at its end. */
export function columnsOf(line: string): (string | undefined)[] {
  const columns = line.split('\t');
  return line.includes('\\') ? columns.map(textOf) : columns;
}

function textOf(column: string): string | undefined {
  if (column === '\\N') return undefined;
  if (!column.includes('\\')) return column;
  return column.replace(/\\(.)/gs, (_, escaped: string) => ESCAPES[escaped] ?? escaped);
}
