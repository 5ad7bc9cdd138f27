import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { UsageError } from '../exit-codes.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A token, and how it is had anew when it has ended. */
export interface Issued {
  readonly token?: string;
  /** An instant; absent for a token whose end is not known. */
  readonly expiresAt?: string;
  readonly renewal?: { readonly issuer: string; readonly clientId: string; readonly refreshToken: string };
}

/** Which service, and as whom. */
export interface Credentials extends Issued {
  readonly url: string;
}

/** `$XDG_CONFIG_HOME/cairn/credentials.json`, or below `~/.config`. */
export function credentialsFile(env: Environment): string {
  return path.join(
    env['XDG_CONFIG_HOME'] || path.join(env['HOME'] || homeFolder(), '.config'),
    'cairn',
    'credentials.json',
  );
}

/** A user of a number alone, as containers have them, has none: nothing is found in its place, and nothing is stored. */
function homeFolder(): string {
  try {
    return os.homedir();
  } catch {
    return '/nonexistent';
  }
}

/**
 * CAIRN_URL and CAIRN_TOKEN first, each for itself, then what `cairn login` stored. A stored token goes only to the service it
 * was stored for.
 */
export function readCredentials(env: Environment): Credentials | undefined {
  const stored = readStored(credentialsFile(env));
  const given = env['CAIRN_URL'] || undefined;
  const url = given === undefined ? stored?.url : parseServiceUrl(given, 'CAIRN_URL');
  if (url === undefined) return undefined;
  const token = env['CAIRN_TOKEN'] || undefined;
  if (token !== undefined) return { url, token };
  return stored?.url === url ? stored : { url };
}

/** Stores credentials where only their owner can read them. @returns the file */
export function storeCredentials(env: Environment, credentials: Credentials): string {
  const file = credentialsFile(env);
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(file, 0o600); // the mode above counts only for a new file
  return file;
}

/** An http(s) URL without a slash at its end. @throws {UsageError} naming `field` */
export function parseServiceUrl(text: string, field: string): string {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new UsageError(`${field}: must be a URL like http://127.0.0.1:4600, not ${JSON.stringify(text)}`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function readStored(file: string): Credentials | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { url, token, expiresAt, renewal } = JSON.parse(text) as Partial<Credentials>;
    if (typeof url === 'string' && (token === undefined || typeof token === 'string'))
      return { url, token, expiresAt, renewal };
  } catch {
    // told below
  }
  throw new UsageError(`${file} is damaged. Run \`cairn login URL\` again.`);
}
