import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { SourceUnavailableError } from '../bundle-source.js';

/**
 * What git needs in its environment to be let in, read anew each time, so that changed secrets count at once. A user and a password
 * become a header of HTTPS requests, which no command line shows; a key is for ssh, which trusts the hosts of `known-hosts` alone.
 * @param folder of the credentials
 * @param remote how it is named in errors
 * @throws {SourceUnavailableError} what is needed of the files is not there
 */
export async function gitCredentials(
  folder: string,
  url: string,
  remote: string,
): Promise<Readonly<Record<string, string>>> {
  const file = (name: string): string => path.join(folder, name);
  const read = async (name: string): Promise<string> => {
    const text = await readFile(file(name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new SourceUnavailableError(remote, `${file(name)} cannot be read (${error.code})`);
    });
    return text.replace(/\r?\n$/, '');
  };
  if (new URL(url).protocol === 'ssh:') {
    for (const name of ['ssh-key', 'known-hosts'])
      await access(file(name)).catch((error: NodeJS.ErrnoException) => {
        throw new SourceUnavailableError(remote, `${file(name)} cannot be read (${error.code})`);
      });
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=15'];
    const words = [
      ...['ssh', '-F', '/dev/null', '-i', quoted(file('ssh-key'))],
      ...[...options, `UserKnownHostsFile=${file('known-hosts')}`].flatMap((option) => [
        '-o',
        quoted(option),
      ]),
    ];
    return { GIT_SSH_COMMAND: words.join(' ') };
  }
  const basic = Buffer.from(`${await read('username')}:${await read('password')}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${url}.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basic}`,
  };
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
