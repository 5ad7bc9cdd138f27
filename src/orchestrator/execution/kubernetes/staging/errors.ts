import { DomainError } from '../../../../platform/index.js';

/** The credential is not that of an execution under way. It is not told whether there is one. */
export class StagingRefusedError extends DomainError {
  readonly kind = 'unauthenticated';
  constructor() {
    super('The credential is not that of an execution under way.');
  }
}

/** Another pod of the execution was let in before. */
export class OtherPodStagesError extends DomainError {
  readonly kind = 'forbidden';
  constructor(id: string) {
    super(`Another pod stages execution ${id}; a command is run once.`, { id });
  }
}

/** The outputs of an execution are complete, or refused, already. */
export class OutputsClosedError extends DomainError {
  readonly kind = 'conflict';
  constructor(id: string) {
    super(`The outputs of execution ${id} are not taken any more.`, { id });
  }
}
