import { DomainError } from '../../platform/index.js';

/** Too many runs wait for their turn. */
export class TooManyRunsError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor(most: number) {
    super(`${most} training runs are waiting or running already. Wait for some to end, or cancel some.`, {
      most,
    });
  }
}

/** Somebody else changed the run since it was read. It is read again. */
export class RunChangedError extends DomainError {
  readonly kind = 'conflict';
  constructor(id: string, version: number) {
    super(`Training run ${id} is no longer at version ${version}; read it again.`, { id, version });
  }
}

/** Who submitted a run may do nothing any more. */
export class SubmitterDisabledError extends DomainError {
  readonly kind = 'forbidden';
  constructor(subject: string) {
    super(`${subject}, who submitted the run, is disabled.`, { subject });
  }
}

/** What a run reads does not fit on the disk, or is beyond what one run may read. */
export class InputsTooLargeError extends DomainError {
  readonly kind = 'too-large';
  constructor(what: 'bytes' | 'files', found: number, most: number) {
    super(`The inputs and the code have ${found} ${what}; there is room for ${most}.`, { what, found, most });
  }
}

/** What a run wrote cannot become a commit. */
export class OutputsRefusedError extends DomainError {
  readonly kind = 'invalid-input';
  constructor(reason: string) {
    super(`The outputs cannot be committed: ${reason}.`, { reason });
  }
}
