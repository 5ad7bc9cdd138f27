import { Inject, Injectable } from '@nestjs/common';
import { Housekeeping, LOGGER, type Logger } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../storage/index.js';

const PAUSE_MS = 3_600_000;
/** Longer than a presigned request can live, which is a week at most. */
const KEPT_MS = 8 * 86_400_000;

/** Removes bytes that clients sent to the object store and never finished. */
@Injectable()
export class UploadSweeper {
  constructor(
    housekeeping: Housekeeping,
    @Inject(OBJECT_STORE) objects: ObjectStore,
    @Inject(LOGGER) log: Logger,
  ) {
    housekeeping.add('sweep uploads', PAUSE_MS, async () => {
      const count = (await objects.direct?.sweep(new Date(Date.now() - KEPT_MS))) ?? 0;
      if (count > 0) log.info({ count }, 'uploads: abandoned ones were removed');
      return false;
    });
  }
}
