import { parseParameter } from '../output/arguments.js';
import { parseRevisionAddress, parseAddress } from '../content/address.js';
import { UsageError } from '../exit-codes.js';

/** Options of `run submit` as commander hands them over. */
export interface SubmitOptions {
  readonly name?: string;
  readonly input?: readonly string[];
  readonly code: string;
  readonly output: string;
  readonly param?: readonly string[];
  readonly image?: string;
  readonly resource?: readonly string[];
  readonly seed?: number;
  readonly timeout?: number;
}

/**
 * The service's input from the command line.
 * @param command the program and its arguments, after `--`
 * @throws {UsageError} naming the option
 */
export function submissionOf(
  options: SubmitOptions,
  command: readonly string[],
): Readonly<Record<string, unknown>> {
  if (command.length === 0)
    throw new UsageError('the command is missing: put it after --, as in `-- node train.mjs`');
  const code = parseRevisionAddress(options.code);
  const output = parseAddress(options.output);
  return {
    name: options.name ?? output.repository,
    inputs: (options.input ?? []).map(parseInput),
    code: { repository: code.repository, revision: code.revision },
    command,
    output: { repository: output.repository, branch: output.revision ?? 'main' },
    parameters: Object.fromEntries((options.param ?? []).map((text) => parseParameter('--param', text))),
    image: options.image,
    resources: options.resource && Object.fromEntries(options.resource.map(parseResource)),
    seed: options.seed,
    timeoutSeconds: options.timeout,
  };
}

/** `penguins@v1` or `penguins@v1=data`: mounted under the repository's name unless another is given. */
function parseInput(text: string): { repository: string; revision: string; mount: string } {
  const at = text.indexOf('=');
  const { repository, revision } = parseRevisionAddress(at < 0 ? text : text.slice(0, at));
  return { repository, revision, mount: at < 0 ? repository : text.slice(at + 1) };
}

/** `nvidia.com/gpu=1`; names and amounts are looked at by the service. */
function parseResource(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--resource: "${text}" must be NAME=AMOUNT`);
  return [text.slice(0, at), text.slice(at + 1)];
}
