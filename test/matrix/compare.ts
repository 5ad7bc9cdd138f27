import type { Answer } from './ask.js';
import type { Question } from './rows/row.js';
import { HIDDEN } from './things.js';
import type { World } from './worlds.js';

/** The caller's own, which it sent. */
const ACCESS_KEYS = /CAIRN[A-Z2-7]{15}/g;
/** Headers that differ from one answer to the next, whatever is asked. */
const OF_THE_MOMENT: ReadonlySet<string> = new Set([
  ...[
    'date',
    'content-length',
    'connection',
    'keep-alive',
    'x-request-id',
    'x-amz-request-id',
    'transfer-encoding',
  ],
]);

const IDS = /[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])/g;
/** Thirteen digits within an id, beside its letters, are no milliseconds. */
const INSTANTS = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)|(?<![\da-f.])1[78]\d{11}(?![\da-f])/g;
const HTTP_DATES = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT/g;
/** Ends of pages that are sealed: nobody can read them. Those that can be read are opened and compared, so that a number in them is found. */
const CURSORS =
  /(?:"(?:endCursor|next_page_token)":"|x-cairn-after: |<(?:Next)?ContinuationToken>)([\w+/=-]+)/g;
/** Of an experiment of MLflow: any number. */
const NUMBERS = /(?<![\d.])\d{15}(?!\d)/g;
/** Of an edit by hand: when it was made. */
const MICROSECONDS = /(?<![\da-f.])1[78]\d{14}(?![\da-f])/g;
/** Of several items that are refused at once any may be told. */
const PATHS = /"path":\[[^\]]*\]/g;
/** How long a training took. */
const DURATIONS = /"durationMs":\d+/g;

/**
 * An answer as text, with what two services never have in common made alike: ids by the order in which they come, instants, addresses. Nothing else:
 * numbers, counts, order, names, status and headers stay.
 */
export function normalised({ status, headers, body }: Answer, { cairn }: World): string {
  const lines = Object.entries(headers)
    .filter(([name]) => !OF_THE_MOMENT.has(name))
    .map(([name, value]) => `${name}: ${value}`)
    .sort();
  const seen = new Map<string, string>();
  const known = (id: string): string => {
    if (!seen.has(id)) seen.set(id, `#${seen.size + 1}`);
    return seen.get(id)!;
  };
  return [String(status), ...lines, '', body]
    .join('\n')
    .replace(CURSORS, (whole, cursor: string) => whole.replace(cursor, opened(cursor)))
    .replaceAll(cairn.dataDir, 'FOLDER')
    .replaceAll(cairn.url, 'URL')
    .replaceAll(cairn.s3Url!, 'S3')
    .replaceAll(new URL(cairn.url).host, 'HOST')
    .replaceAll(new URL(cairn.s3Url!).host, 'HOST')
    .replace(ACCESS_KEYS, 'KEY')
    .replace(MICROSECONDS, 'INSTANT')
    .replace(INSTANTS, 'INSTANT')
    .replace(DURATIONS, 'DURATION')
    .replace(PATHS, (path) => path.replaceAll(/,\d+/g, ',N'))
    .replace(HTTP_DATES, 'INSTANT')
    .replace(IDS, known)
    .replace(NUMBERS, known);
}

function opened(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  return /^[\x20-\x7e]*$/.test(text) ? text.replaceAll('"', "'") : 'SEALED';
}

/** An answer without its numbers: which lines and fields there are. */
export function measured(answer: Answer, world: World): string {
  const lines = normalised(answer, world)
    .replaceAll(/\b(?:true|false)\b/g, 'TRUTH')
    .replaceAll(/-?#?\d+(?:\.#?\d+)?(?:e[+-]?\d+)?/g, 'N')
    // Samples come as things are done, with labels of bounded choice.
    .replaceAll(/\{[\w]+="[^}]*\}/g, '')
    .split('\n');
  return [...new Set(lines)]
    .filter((line) => !/^\w+(?:_bucket|_sum|_count)? (?:N|Nan|\+Inf)$/.test(line))
    .join('\n');
}

/** Whether an answer holds a marker, as it is or within a page end, that the question did not hold. */
export function markersIn(answer: Answer, question: Question): string[] {
  const text = readable(answer);
  const sent = `${question.route} ${question.body ?? ''} ${Object.values(question.headers ?? {}).join(' ')}`;
  const asked = new Set(decodeURIComponent(sent.replace(/%(?![0-9a-f]{2})/gi, '%25')).match(MARKED));
  return [...new Set(text.match(MARKED) ?? [])].filter((marker) => !asked.has(marker));
}

const MARKED = new RegExp(`${HIDDEN}[a-z]*`, 'gi');

/** Which of the ids of hidden things an answer tells, that the question did not name. */
export function idsIn(answer: Answer, question: Question, hidden: ReadonlySet<string>): string[] {
  const sent = `${question.route} ${question.body ?? ''}`;
  return [...new Set(readable(answer).match(IDS) ?? [])].filter((id) => hidden.has(id) && !sent.includes(id));
}

function readable({ headers, body }: Answer): string {
  const text = `${Object.entries(headers).join('\n')}\n${body}`;
  return `${text}\n${[...text.matchAll(CURSORS)].map(([, cursor]) => opened(cursor!)).join('\n')}`;
}

/** The words of an answer: no numbers, ids, page ends, and no names of what is there for all. */
export function wordsOf(normal: string): string[] {
  return (normal.match(/[a-z][\w-]*/gi) ?? []).filter((word) => !/^open[a-z-]*$/.test(word));
}

/** Nodes that are said to be opaque and say more than their id and how far they are. */
export function talkativeNodes(body: string): object[] {
  const found: object[] = [];
  if (!body.startsWith('{')) return found;
  JSON.parse(body, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { isOpaque, asset, id, distance, ...rest } = value as Record<string, unknown>;
    if (isOpaque === true && ((asset !== undefined && asset !== null) || Object.keys(rest).length > 0))
      found.push(value);
    void [id, distance];
    return value;
  });
  return found;
}
