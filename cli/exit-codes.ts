import { CommanderError } from 'commander';
import { ApiError } from './api/api-error.js';

/** What the process says of how it ended. Documented in `cairn --help`. */
export const EXIT = {
  ok: 0,
  failure: 1,
  usage: 2,
  conflict: 3,
  denied: 4,
  notFound: 5,
  unavailable: 6,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A command was called in a way that cannot work, or its arguments contradict what is on this machine. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command did its work, and its answer is not a success: conflicts, a failed run. All was said already. */
export class EndedBadly extends Error {
  override readonly name = 'EndedBadly';
  constructor(readonly exitCode: ExitCode) {
    super(`exit ${exitCode}`);
  }
}

const BY_API_CODE: Readonly<Record<string, ExitCode>> = {
  BAD_USER_INPUT: EXIT.usage,
  UNAUTHENTICATED: EXIT.denied,
  FORBIDDEN: EXIT.denied,
  NOT_FOUND: EXIT.notFound,
  ALREADY_EXISTS: EXIT.conflict,
  CONFLICT: EXIT.conflict,
  TOO_MANY_REQUESTS: EXIT.unavailable,
  STORAGE_FULL: EXIT.unavailable,
  UNAVAILABLE: EXIT.unavailable,
  TIMEOUT: EXIT.unavailable,
  UNREACHABLE: EXIT.unavailable,
};

/** The exit code for whatever a command threw. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof EndedBadly) return error.exitCode;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ApiError) return BY_API_CODE[error.code] ?? EXIT.failure;
  return EXIT.failure;
}
