import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, LOGGER, type Logger } from '../../../platform/index.js';
import { UploadRepository } from './upload.repository.js';

const KEPT_DAYS = 7;
const AT_ONCE = 100;
const PAUSE_MS = 600_000;

/** Ends uploads in parts that were begun a week ago. Every process may do it: what is gone is gone. */
@Injectable()
export class MultipartSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 's3: old uploads could not be ended');
      return PAUSE_MS;
    },
    'multipart uploads',
  );

  constructor(
    private readonly uploads: UploadRepository,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<number> {
    const gone = await this.uploads.forget(KEPT_DAYS, AT_ONCE);
    return gone === AT_ONCE ? 0 : PAUSE_MS;
  }
}
