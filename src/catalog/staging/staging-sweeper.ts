import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { ControlLoop, LOGGER, type Logger } from '../../platform/index.js';
import { StagingRepository } from './staging.repository.js';

const EVERY_MS = 60_000;

/** Removes rows of what was committed or discarded, some at a time. Replicas may do it at once. */
@Injectable()
export class StagingSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    async () => ((await this.staging.sweep()) ? 0 : EVERY_MS),
    (error) => {
      this.log.warn({ err: error }, 'staging: rows of the past could not be removed');
      return EVERY_MS;
    },
    'sweep staging',
  );

  constructor(
    private readonly staging: StagingRepository,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }
}
