import { CommanderError } from 'commander';
import { ApiError } from './api/api-error.js';
import { EndedBadly, EXIT, type ExitCode, exitCodeOf } from './exit-codes.js';
import type { Io } from './io.js';
import { createProgram } from './program.js';

/**
 * Runs one command.
 * @param argv what follows `cairn` on the command line
 * @returns the exit code; nothing is thrown
 */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await createProgram(io).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    const isSaid = error instanceof EndedBadly || error instanceof CommanderError;
    if (!isSaid) io.stderr.write(describe(error, argv.includes('--json')));
    return exitCodeOf(error);
  }
}

function describe(error: unknown, isJson: boolean): string {
  const { message } = error as Error;
  const api = error instanceof ApiError ? error : undefined;
  if (isJson)
    return `${JSON.stringify({ error: { message, ...api?.details, code: api?.code ?? (error as Error).name } })}\n`;
  const hint = api?.code === 'UNAUTHENTICATED' ? '\nSign in with `cairn login URL`, or set CAIRN_TOKEN.' : '';
  return `cairn: ${message}${hint}\n`;
}
