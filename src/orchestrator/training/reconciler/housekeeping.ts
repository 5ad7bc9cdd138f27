import { Inject, Injectable } from '@nestjs/common';
import { EXECUTION_DRIVER, type ExecutionDriver } from '../../execution/execution-driver.js';
import { TrainingRunRepository } from '../training-run.repository.js';

/** Days that the log of an ended run is kept. */
const LOG_DAYS = 30;
/** How many of the last ended runs keep their log, of at most 10 MiB each. */
const LOG_RUNS = 1_000;
const AT_ONCE = 100;

/**
 * Clears the folders of ended runs: inputs, code and outputs at once, the log after 30 days, or when 1,000 runs have ended since.
 * What was committed stays, and so does the run itself.
 */
@Injectable()
export class Housekeeping {
  constructor(
    private readonly runs: TrainingRunRepository,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
  ) {}

  /** Clears some of what is due. @returns how many runs */
  async clear(): Promise<number> {
    const overdue = await this.runs.overdue(LOG_DAYS, LOG_RUNS, AT_ONCE);
    for (const { id, keep } of overdue) {
      if (keep === 'log') await this.driver.discard(id);
      else await this.driver.forget(id);
      await this.runs.keep(id, keep);
    }
    return overdue.length;
  }
}
