import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { z } from 'zod';
import type { CatalogConnector } from './catalog-connector.js';
import { type Connection, SETTINGS } from './connection.js';
import { CredentialsMissingError } from './errors.js';
import { PostgresConnector } from './postgres/postgres-connector.js';
import { S3Connector } from './s3/s3-connector.js';

/**
 * The connector of a connection.
 * @param folder where credentials lie: for `X` in the files `X/username` and `X/password`, read anew each time
 * @throws {CredentialsMissingError}
 */
export async function openConnector(
  { type, settings, credentials }: Pick<Connection, 'type' | 'settings' | 'credentials'>,
  folder: string,
): Promise<CatalogConnector> {
  const read = async (name: string): Promise<string | undefined> =>
    credentials === null ? undefined : secret(path.join(folder, credentials, name));
  const username = await read('username');
  const password = await read('password');
  if (type === 'postgres') {
    const source = settings as z.output<typeof SETTINGS.postgres>;
    return new PostgresConnector({
      ...{ ...source, user: username ?? 'cairn' },
      ...(password !== undefined && { password }),
    });
  }
  const source = settings as z.output<typeof SETTINGS.s3>;
  return new S3Connector({
    ...source,
    ...(username !== undefined &&
      password !== undefined && { credentials: { accessKeyId: username, secretAccessKey: password } }),
  });
}

async function secret(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    throw new CredentialsMissingError(file, { cause: error });
  }
}
