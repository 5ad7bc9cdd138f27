import { isNativeError } from 'node:util/types';
import {
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
  TypeORMError,
} from 'typeorm';
import { DomainError, InvalidInputError } from '../errors/domain-error.js';

/** PostgreSQL could not work. What was under way is rolled back, unless it had committed just before. */
export class DatabaseUnavailableError extends DomainError {
  readonly kind = 'unavailable';
  constructor(reason: string, options?: ErrorOptions) {
    super(`The database cannot work now (${reason}). Try again in a moment.`, { reason }, options);
  }
}

/** SQLSTATE classes that tell of the server, not of the statement: connection, transaction conflict, resources, shutdown, system. */
const CLASSES_OF_SERVER: ReadonlySet<string> = new Set(['08', '40', '53', '57', '58']);
const SOCKET = /^E(?:CONN(?:REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)$/;
/** What `pg` says without a code. */
const LOST =
  /connection terminated|timeout exceeded when trying to connect|connection error and is not queryable/i;

/** SQLSTATE of a NUL in a text and in JSON: PostgreSQL keeps none. Who can name the field refuses it before. */
const NUL = new Set(['22021', '22P05']);

/**
 * What the driver throws: by this name when the database could not work, rather than refused what it was given; a NUL, which may come in
 * any name that is looked for, as bad input; else as it is.
 */
export function databaseError(error: unknown): unknown {
  const { code } = error instanceof QueryFailedError ? (error.driverError as { code?: unknown }) : {};
  if (typeof code === 'string' && NUL.has(code)) return new InvalidInputError('text', 'must not have a NUL');
  const reason = reasonOf(error);
  return reason === undefined ? error : new DatabaseUnavailableError(reason, { cause: error });
}

/** {@link databaseError} for what repositories of TypeORM let through; errors of other clients stay what they are. */
export function typeOrmError(error: unknown): unknown {
  return error instanceof TypeORMError ? databaseError(error) : error;
}

function reasonOf(error: unknown): string | undefined {
  if (!isNativeError(error)) return undefined;
  // So TypeORM says that the connection broke between two statements of a transaction.
  if (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  )
    return 'connection lost';
  const cause = error instanceof QueryFailedError ? (error.driverError as Error) : error;
  const { code, message } = cause as { code?: unknown; message: string };
  if (typeof code !== 'string') return LOST.test(message) ? 'connection lost' : undefined;
  const isOfServer = code.length === 5 && CLASSES_OF_SERVER.has(code.slice(0, 2));
  return isOfServer || SOCKET.test(code) ? code : undefined;
}
