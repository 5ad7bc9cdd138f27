import type { Command } from 'commander';
import { Client } from '../api/client.js';
import { UsageError } from '../exit-codes.js';
import type { Io } from '../io.js';
import type { Session } from '../session.js';
import { type Issued, parseServiceUrl, storeCredentials } from './credentials.js';
import type { SignIn } from './oidc.js';

interface Me {
  readonly subject: string;
  readonly displayName: string;
  readonly kind: string;
}
const ME = '{ me { subject displayName kind } }';

/** `login` and `whoami`. */
export function addLogin(program: Command, open: () => Session): void {
  program
    .command('login')
    .description('remember a service and a token for it, after both were tried')
    .argument('<url>', 'e.g. http://127.0.0.1:4600')
    .option(
      '--token <token>',
      'the token; better CAIRN_TOKEN or standard input, which other users cannot see',
    )
    .option('--oidc', 'sign in at the identity provider of the service, in a browser on this machine')
    .action(async (text: string, options: { token?: string; oidc?: true }) => {
      const { io, output } = open();
      const url = parseServiceUrl(text, 'URL');
      const issued = options.oidc
        ? await byProvider(url, io)
        : { token: options.token ?? io.env['CAIRN_TOKEN'] ?? (await readToken(io)) };
      const { me } = await new Client(url, issued.token).ask<{ me: Me }>(ME);
      const file = storeCredentials(io.env, { url, ...issued });
      output.result(
        { url, subject: me.subject, file },
        `Signed in to ${url} as ${me.subject}. Kept in ${file}.`,
      );
    });

  program
    .command('whoami')
    .description('who the service takes you for')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const { me } = await client.ask<{ me: Me }>(ME);
      output.result({ url: client.url, ...me }, `${me.subject} at ${client.url}`);
    });
}

async function byProvider(url: string, { stderr }: Io): Promise<Issued> {
  const { oidc } = (await new Client(url, undefined).json('/api/v1/auth')) as { oidc: SignIn | null };
  if (oidc === null)
    throw new UsageError(
      `${url} has no identity provider for that (OIDC_ISSUER, OIDC_PUBLIC_CLIENT_ID). Sign in by a token.`,
    );
  const { signIn } = await import('./oidc.js');
  return signIn(oidc, (address) =>
    stderr.write(`Open this address in a browser on this machine:\n\n  ${address}\n\n`),
  );
}

async function readToken({ stdin, stderr }: Io): Promise<string> {
  if (stdin === undefined) throw new UsageError('--token: give the token, or set CAIRN_TOKEN');
  stderr.write('Token: ');
  let text = '';
  for await (const chunk of stdin) {
    text += chunk.toString();
    if (text.includes('\n')) break;
  }
  const token = text.split('\n')[0]?.trim() ?? '';
  if (token === '') throw new UsageError('--token: no token was given on standard input');
  return token;
}
