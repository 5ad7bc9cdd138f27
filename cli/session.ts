import { Client } from './api/client.js';
import { currentToken } from './credentials/current-token.js';
import { readCredentials } from './credentials/credentials.js';
import { UsageError } from './exit-codes.js';
import type { Io } from './io.js';
import { Output } from './output/output.js';

/** What a command works with. */
export interface Session {
  readonly io: Io;
  readonly output: Output;
  /** A client of the service that the environment or `cairn login` names. @throws {UsageError} when neither does */
  connect(): Client;
}

/** @param options of the program: `--json` */
export function openSession(io: Io, options: { readonly json?: boolean }): Session {
  return {
    io,
    output: new Output(io, options.json === true),
    connect: () => {
      const credentials = readCredentials(io.env);
      if (credentials === undefined) {
        throw new UsageError('No service is known. Run `cairn login URL`, or set CAIRN_URL and CAIRN_TOKEN.');
      }
      return new Client(credentials.url, currentToken(io.env, credentials));
    },
  };
}
