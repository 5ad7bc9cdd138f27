import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../../platform/index.js';
import { StagingRepository } from './staging.repository.js';

const PAUSE_MS = 60_000;

/** Removes rows of what was committed or discarded, some at a time. */
@Injectable()
export class StagingSweeper {
  constructor(housekeeping: Housekeeping, staging: StagingRepository) {
    housekeeping.add('sweep staging', PAUSE_MS, () => staging.sweep());
  }
}
