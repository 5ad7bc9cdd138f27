import { run } from '../../cli/run.js';
import type { TestCairn } from './cairn.js';

/** What a command said and how it ended. */
export interface CliAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `cairn` in this process. @param cwd where relative paths start */
export async function runCli(
  { url }: TestCairn,
  token: string,
  argv: readonly string[],
  cwd = '.',
): Promise<CliAnswer> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  const exitCode = await run([...argv], {
    stdout: { write: (text) => stdout.push(Buffer.from(text)) },
    stderr: { write: (text) => stderr.push(Buffer.from(text)) },
    env: { CAIRN_URL: url, CAIRN_TOKEN: token },
    cwd,
  });
  return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
