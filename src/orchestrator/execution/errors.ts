import { DomainError } from '../../platform/errors/index.js';

/** A file of an input or of the code cannot be laid out for a command. */
export class MountRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(mount: string, path: string, reason: string) {
    super(`${mount}/${path}: cannot be laid out as a file: ${reason}`, { mount, path, reason });
  }
}

/** The system that runs commands did not start one. */
export class ExecutionNotStartedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(id: string, reason: string) {
    super(`Execution ${id} was not started: ${reason}`, { id, reason });
  }
}

/** Something in the outputs of a command is no content that could be committed. */
export class OutputRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(path: string, reason: string) {
    super(`outputs/${path}: ${reason}`, { path, reason });
  }
}

/** What is to be run is nothing that the system would ever run. */
export class ExecutionRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(id: string, reason: string) {
    super(`Execution ${id} is refused: ${reason}`, { id, reason });
  }
}

/** A command ended well, and what it left did not arrive whole. */
export class OutputsNotDeliveredError extends DomainError {
  readonly kind = 'corrupt';
  constructor(id: string, reason: string) {
    super(`The outputs of execution ${id} did not arrive: ${reason}`, { id, reason });
  }
}
