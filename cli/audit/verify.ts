import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { EndedBadly, EXIT, UsageError } from '../exit-codes.js';
import { formatFields } from '../output/format.js';
import type { Session } from '../session.js';
import { linesOf } from './lines.js';
import { parseLine } from './verifier/evidence.js';
import { Keys } from './verifier/keys.js';
import { type Verdict, Verifier } from './verifier/verifier.js';

const PROGRESS_MS = 250;
const SHOWN_PROBLEMS = 20;

interface VerifyOptions {
  readonly key?: readonly string[];
  readonly pin?: { readonly number: number; readonly hash: string };
}

/** `audit verify`. */
export function addVerify(audit: Command, open: () => Session): void {
  audit
    .command('verify')
    .description(
      'find whatever was edited, deleted, inserted, reordered or cut off; exit code 1 when something was',
    )
    .argument('[file]', 'what `audit export --format evidence` wrote, instead of asking the service')
    .option(
      '--key <file...>',
      'public keys in PEM that are believed; without them the one that the service names',
    )
    .option('--pin <number:hash>', 'a root that was noted before, which must be there still', parsePin)
    .action(async (file: string | undefined, options: VerifyOptions) => {
      const session = open();
      const { io, output } = session;
      if (file !== undefined && options.key === undefined)
        throw new UsageError('A file is verified with --key: the key within it may be anybody’s.');
      const keys = new Keys();
      for (const each of options.key ?? []) await addKey(keys, path.resolve(io.cwd, each));
      const lines = linesOf(
        file === undefined ? await evidenceOf(session) : createReadStream(path.resolve(io.cwd, file)),
      );
      const verdict = await verified(session, lines, keys, options);
      output.result(verdict, () => describe(verdict));
      if (options.key === undefined)
        output.message('The key was told by the service itself; give --key to rely on yours.');
      if (!verdict.isGenuine) throw new EndedBadly(EXIT.failure);
    });
}

async function addKey(keys: Keys, file: string): Promise<void> {
  try {
    keys.add(await readFile(file, 'utf8'));
  } catch (error) {
    throw new UsageError(`--key ${file}: must be an Ed25519 public key in PEM (${(error as Error).message})`);
  }
}

async function evidenceOf({ connect }: Session): Promise<AsyncIterable<Uint8Array>> {
  const { body } = await connect().request('/api/v1/audit/evidence');
  return body as unknown as AsyncIterable<Uint8Array>;
}

async function verified(
  { io }: Session,
  lines: AsyncIterable<string>,
  keys: Keys,
  { pin }: VerifyOptions,
): Promise<Verdict> {
  const verifier = new Verifier(keys, pin);
  let shownAt = 0;
  for await (const line of lines) {
    if (keys.isEmpty) believe(keys, line);
    verifier.take(line);
    if (io.stderr.isTTY !== true || Date.now() - shownAt < PROGRESS_MS) continue;
    shownAt = Date.now();
    io.stderr.write(`\r${verifier.records.toLocaleString('en')} records`);
  }
  if (shownAt > 0) io.stderr.write('\r\u001b[K');
  return verifier.finish();
}

function believe(keys: Keys, line: string): void {
  const head = parseLine(line);
  if (head?.type === 'log') keys.add(head.publicKey);
}

function parsePin(text: string): { number: number; hash: string } {
  const [, number, hash] = /^(\d{1,10}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (hash === undefined) throw new InvalidArgumentError('must be NUMBER:HASH, as `audit verify` prints it');
  return { number: Number(number), hash };
}

function describe(verdict: Verdict): string {
  const { isGenuine, problems, problemCount, records, segments, roots, retired, unrooted, lastRoot } =
    verdict;
  const found = formatFields({
    ...{ records, segments, roots, retired, 'not yet in a root': unrooted },
    'last root': lastRoot && `${lastRoot.number}:${lastRoot.hash}`,
    'signed at': lastRoot?.at,
  });
  if (isGenuine) return `${found}\n\nThe log is as it was written.`;
  const lines = problems
    .slice(0, SHOWN_PROBLEMS)
    .map(({ at, what }) => `  ${at === '' ? 'the log' : at}: ${what}`);
  const more = problemCount > lines.length ? [`  and ${problemCount - lines.length} more`] : [];
  return [`${found}\n\nThe log is NOT as it was written:`, ...lines, ...more].join('\n');
}
