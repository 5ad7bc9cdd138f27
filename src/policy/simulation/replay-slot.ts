import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/index.js';

/** The log is being asked again already in this process. */
export class ReplayBusyError extends DomainError {
  readonly kind = 'too-many-requests';
  constructor() {
    super('The log of decisions is being asked again here already. Ask when that is done.');
  }
}

/** Lets one at a time ask again what the log says was asked: it takes a core. */
@Injectable()
export class ReplaySlot {
  private isTaken = false;

  /** @param steps begun when they are asked for, and given up by who goes away @throws {ReplayBusyError} at once */
  hold<T>(steps: AsyncGenerator<T>): AsyncGenerator<T> {
    if (this.isTaken) throw new ReplayBusyError();
    return this.held(steps);
  }

  private async *held<T>(steps: AsyncGenerator<T>): AsyncGenerator<T> {
    if (this.isTaken) throw new ReplayBusyError();
    this.isTaken = true;
    try {
      yield* steps;
    } finally {
      this.isTaken = false;
    }
  }
}
