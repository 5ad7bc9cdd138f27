/** Milliseconds for people. */
export function ms(value) {
  return `${value < 10 ? value.toFixed(2) : value.toFixed(0)} ms`;
}

/** A rate for people. @param perSecond events, decisions … a second */
export function rate(perSecond) {
  return `${Math.round(perSecond).toLocaleString('en')}/s`;
}

/** A ratio in percent. */
export function percent(part, whole) {
  return `${((100 * part) / whole).toFixed(0)} %`;
}

/** Prints a line of progress, which the next one replaces; nothing when nobody watches. */
export function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/** Prints a table. @param rows of texts, the first one being the head */
export function table(rows) {
  progress('');
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]),
    );
    console.log(`  ${cells.join('   ')}`);
  }
}
