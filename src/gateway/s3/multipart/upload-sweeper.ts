import { Injectable } from '@nestjs/common';
import { Housekeeping } from '../../../platform/index.js';
import { UploadRepository } from './upload.repository.js';

const KEPT_DAYS = 7;
const AT_ONCE = 100;
const PAUSE_MS = 600_000;

/** Ends uploads in parts that were begun a week ago. */
@Injectable()
export class MultipartSweeper {
  constructor(housekeeping: Housekeeping, uploads: UploadRepository) {
    housekeeping.add('multipart uploads', PAUSE_MS, async () => {
      return (await uploads.forget(KEPT_DAYS, AT_ONCE)) === AT_ONCE;
    });
  }
}
