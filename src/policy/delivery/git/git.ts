import { execFile } from 'node:child_process';
import { SourceUnavailableError } from '../bundle-source.js';

/** Of one command of git; a fetch may take so long. */
const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 32 * 1024 ** 2;
const SAID_CHARS = 300;

/** What a command of git ended with. */
export interface GitAnswer {
  readonly exitCode: number;
  readonly stdout: Buffer;
}

/**
 * The program git in a bare repository of ours. Nothing of the machine's configuration counts, nobody is asked for a password, no hook,
 * filter or helper runs, and nothing is checked out.
 */
export class Git {
  /**
   * @param folder of the repository
   * @param env what credentials need, see `gitCredentials`
   * @param remote how it is named in errors
   */
  constructor(
    readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly remote: string,
  ) {}

  /** @throws {SourceUnavailableError} when it ends with another code than 0 */
  async run(...words: readonly string[]): Promise<Buffer> {
    return (await this.ask(words, { okCodes: [0] })).stdout;
  }

  /** @throws {SourceUnavailableError} when it ends with a code that is not among `okCodes`, or not in time */
  ask(
    words: readonly string[],
    { okCodes, input = '' }: { okCodes: readonly number[]; input?: string },
  ): Promise<GitAnswer> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        'git',
        ['--git-dir', this.folder, ...words],
        {
          ...{ encoding: 'buffer', timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES },
          env: { ...ISOLATED, ...this.env },
        },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : error.code;
          if (typeof code === 'number' && okCodes.includes(code)) resolve({ exitCode: code, stdout });
          else reject(new SourceUnavailableError(this.remote, reasonOf(error, stderr)));
        },
      );
      child.stdin?.on('error', () => undefined); // git that ends early does not read it
      child.stdin?.end(input);
    });
  }
}

const ISOLATED = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  LC_ALL: 'C',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_ALLOW_PROTOCOL: 'https:ssh:file',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_LITERAL_PATHSPECS: '1',
};

/** What git said, with nothing in it that only a terminal needs. Credentials are in no command and so in no message. */
function reasonOf(error: Error | null, stderr: Buffer): string {
  const { code, killed } = (error ?? {}) as { code?: unknown; killed?: boolean };
  if (code === 'ENOENT') return 'the program git is not installed';
  if (killed === true) return `git took longer than ${TIMEOUT_MS / 1000} s`;
  const said = stderr
    .toString('utf8')
    .replace(/\p{C}+/gu, ' ')
    .trim();
  return `git: ${said.slice(0, SAID_CHARS) || String(error?.message)}`;
}
