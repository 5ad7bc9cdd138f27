/**
 * A worker thread that parses PostgreSQL's SQL with PostgreSQL's own parser, one text after the other. What it cannot bound, its
 * owner does: a text that takes too long ends the worker. Plain JavaScript: a worker starts from a file as it lies there.
 */
import { parentPort } from 'node:worker_threads';
import { fingerprintSync, loadModule, parseSync, scanSync } from 'libpg-query';

/** Deeper trees would exhaust the stack of whoever walks them, or of the thread that takes them over: there from about 1,900 on. */
const MAX_DEPTH = 1_500;
const MAX_NODES = 400_000;
const SEMICOLON = ';';

/** Rows of VALUES that hold literals only say nothing of lineage; of many such rows one is kept. */
function withoutLiteralRows(key, value) {
  if (key !== 'valuesLists' || value.length < 2) return value;
  const [first, ...others] = value;
  return [first, ...others.filter((row) => !(row.List?.items ?? []).every((item) => 'A_Const' in item))];
}

/** Thins the tree out in place, and looks how large and deep it is. Without recursion: it may be deeper than the stack. */
function bound(tree) {
  const waiting = [[tree, 0]];
  let nodes = 0;
  while (waiting.length > 0) {
    const [node, depth] = waiting.pop();
    if (depth > MAX_DEPTH) return `nested deeper than ${MAX_DEPTH} levels`;
    if (++nodes > MAX_NODES) return `more than ${MAX_NODES} parts`;
    for (const key of Object.keys(node)) {
      const value = withoutLiteralRows(key, node[key]);
      node[key] = value;
      if (typeof value === 'object' && value !== null) waiting.push([value, depth + 1]);
    }
  }
  return undefined;
}

function fingerprintOf(text) {
  try {
    return fingerprintSync(text);
  } catch {
    return undefined;
  }
}

/** @param from where the piece starts in the whole, in bytes */
function parsePiece(bytes, from, to) {
  const text = bytes.subarray(from, to).toString();
  if (text.trim() === '') return [];
  const { stmts = [] } = parseSync(text);
  return stmts.map(({ stmt, stmt_location: location = 0, stmt_len: length = 0 }) => {
    const start = from + location;
    const end = length === 0 ? to : start + length;
    const place = { start, end, fingerprint: fingerprintOf(bytes.subarray(start, end).toString()) };
    const tooLarge = bound(stmt);
    return tooLarge === undefined
      ? { ...place, tree: shift(stmt, from) }
      : { ...place, tooComplex: tooLarge };
  });
}

/**
 * Blanks comments out: the parser takes two words for one token, as NOT before IN, only where nothing stands between them, although
 * PostgreSQL does not mind comments there.
 * @returns undefined when there are none
 */
function withoutComments(bytes, from, to) {
  const comments = tokensOf(bytes.subarray(from, to)).filter(({ tokenName }) =>
    tokenName.endsWith('_COMMENT'),
  );
  if (comments.length === 0) return undefined;
  const bare = Buffer.from(bytes);
  for (const { start, end } of comments) bare.fill(' ', from + start, from + end);
  return bare;
}

/** None where the text cannot be cut into tokens. */
function tokensOf(bytes) {
  try {
    return scanSync(bytes.toString()).tokens;
  } catch {
    return [];
  }
}

/** As it stands, or else without comments. */
function parseAnyway(bytes, from, to) {
  try {
    return parsePiece(bytes, from, to);
  } catch (error) {
    const bare = isComplaint(error) ? withoutComments(bytes, from, to) : undefined;
    if (bare === undefined) throw error;
    return parsePiece(bare, from, to);
  }
}

/** Whether an error is PostgreSQL's own, of the text. */
function isComplaint(error) {
  return error?.sqlDetails?.cursorPosition !== undefined;
}

/** Makes places of a piece places of the whole. */
function shift(tree, by) {
  if (by === 0) return tree;
  const waiting = [tree];
  while (waiting.length > 0) {
    const node = waiting.pop();
    if (typeof node.location === 'number' && node.location >= 0) node.location += by;
    for (const value of Object.values(node))
      if (typeof value === 'object' && value !== null) waiting.push(value);
  }
  return tree;
}

/** Statement by statement, so that one that is wrong does not take the others with it. */
function parseEach(bytes, whole) {
  const ends = tokensOf(bytes)
    .filter(({ text }) => text === SEMICOLON)
    .map(({ end }) => end);
  if (ends.length === 0) return [whole];
  const pieces = [0, ...ends].map((from, i) => [from, ends[i] ?? bytes.length]);
  return pieces.flatMap(([from, to]) => {
    try {
      return parseAnyway(bytes, from, to);
    } catch (error) {
      return [{ start: from, end: to, ...syntaxError(error, bytes, from, to) }];
    }
  });
}

/** Anything but PostgreSQL's own complaint is a failure of the parser, which must not be used again. */
function syntaxError(error, bytes, from, to) {
  if (!isComplaint(error)) throw error;
  const characters = error.sqlDetails.cursorPosition;
  const before = Array.from(bytes.subarray(from, to).toString()).slice(0, Math.max(0, characters)).join('');
  return { error: error.message, errorAt: from + Buffer.byteLength(before) };
}

function parse(text) {
  const bytes = Buffer.from(text);
  try {
    return parseAnyway(bytes, 0, bytes.length);
  } catch (error) {
    return parseEach(bytes, { start: 0, end: bytes.length, ...syntaxError(error, bytes, 0, bytes.length) });
  }
}

await loadModule();
parentPort.on('message', ({ id, text }) => {
  try {
    parentPort.postMessage({ id, statements: parse(text) });
  } catch (error) {
    parentPort.postMessage({ id, failed: String(error?.message ?? error) });
    process.exit(1);
  }
});
parentPort.postMessage({ ready: true });
