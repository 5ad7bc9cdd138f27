import { QueryFailedError } from 'typeorm';
import { DomainError } from '../../platform/errors/index.js';

/** SQLSTATE classes that tell of the server, not of the statement: connection, transaction conflict, resources, shutdown, system. */
const CLASSES_OF_SERVER: ReadonlySet<string> = new Set(['08', '40', '53', '57', '58']);

/** Whether a failure says that the database could not work, rather than that it refused what it was given. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return isOfConnection(error);
  const { code } = error.driverError as { code?: unknown };
  return typeof code !== 'string' || code.length !== 5 || CLASSES_OF_SERVER.has(code.slice(0, 2));
}

/** Failures of the driver or the socket, before a statement was sent. Faults of the program and failures with a name are none. */
function isOfConnection(error: unknown): boolean {
  const isOther = [DomainError, TypeError, RangeError, ReferenceError].some((type) => error instanceof type);
  return error instanceof Error && !isOther;
}
