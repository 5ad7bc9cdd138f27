import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, LOGGER, type Logger } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../storage/index.js';

const EVERY_MS = 3_600_000;
/** Longer than a presigned request can live, which is a week at most. */
const KEPT_MS = 8 * 86_400_000;

/** Removes bytes that clients sent to the object store and never finished. Replicas may do it at once. */
@Injectable()
export class UploadSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    () => this.sweep(),
    (error) => {
      this.log.warn({ err: error }, 'uploads: abandoned ones could not be removed');
      return EVERY_MS;
    },
    'sweep uploads',
  );

  constructor(
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.objects.direct !== undefined) this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async sweep(): Promise<number> {
    const count = await this.objects.direct!.sweep(new Date(Date.now() - KEPT_MS));
    if (count > 0) this.log.info({ count }, 'uploads: abandoned ones were removed');
    return EVERY_MS;
  }
}
