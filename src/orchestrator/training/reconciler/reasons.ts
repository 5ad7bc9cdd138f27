import { DomainError, type ErrorKind, LeaseLostError, NotFoundError } from '../../../platform/index.js';
import { AccessDeniedError } from '../../../policy/index.js';
import type { ExecutionExit } from '../../execution/execution-driver.js';
import { RunChangedError } from '../errors.js';
import type { TrainingRun } from '../training-run.js';

/** Failures that may be over a moment later. */
const PASSING: ReadonlySet<ErrorKind> = new Set(['unavailable', 'timeout', 'too-many-requests']);
const MAX_REASON_CHARS = 2_000;

/**
 * Whether a failed step ends its run. A failure that Cairn can name and that does not pass does, a full disk too; another one
 * does when it was the last try. That somebody else acts on the run never does.
 */
export function isForGood(error: unknown, isLastTry: boolean): boolean {
  if (error instanceof LeaseLostError || error instanceof RunChangedError) return false;
  if (error instanceof DomainError && !PASSING.has(error.kind)) return true;
  return isLastTry || (error as NodeJS.ErrnoException).code === 'ENOSPC';
}

/**
 * Why a run failed, for all who may see the run: what policy refused is told by rule, without the name of what it is about, and
 * a fault of the service without its message, which may hold secrets.
 */
export function reasonOf(error: unknown, run: TrainingRun): string {
  if (error instanceof AccessDeniedError)
    return `${error.subject} may not ${error.action} something that the run reads or writes: ${error.reason}`;
  if (error instanceof NotFoundError)
    return `something that the run reads or writes does not exist any more, or ${run.submittedBy} may not see it`;
  if (error instanceof DomainError) return error.message.slice(0, MAX_REASON_CHARS);
  if ((error as NodeJS.ErrnoException).code === 'ENOSPC')
    return 'there is no room left on the disk of the run';
  return 'something went wrong in the service again and again; its log has the reason';
}

/** Why the end of a command is no success. */
export function reasonOfExit({ cause, exitCode, signal, message }: ExecutionExit, run: TrainingRun): string {
  const more = message === undefined ? '' : `: ${message}`;
  switch (cause) {
    case 'timeout':
      return `it ran longer than its ${run.timeoutSeconds} s and was stopped`;
    case 'stopped':
      return 'it was stopped from outside of Cairn';
    case 'unstartable':
      return `the command could not be started: ${message}`;
    case 'exit':
      return signal === undefined
        ? `the command ended with exit code ${exitCode}${more}`
        : `the command was ended by ${signal}${more}`;
  }
}
