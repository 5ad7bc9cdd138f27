import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config, ControlLoop, LOGGER, type Logger } from '../../platform/index.js';
import { AccessLogRepository } from './access-log.repository.js';

const AT_ONCE = 10_000;
const PAUSE_MS = 600_000;

/** Ends records of accesses when they are old. Every process may do it: what is gone is gone. */
@Injectable()
export class AccessLogHousekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 'accesses: old records could not be ended');
      return PAUSE_MS;
    },
    'content accesses',
  );

  constructor(
    private readonly accesses: AccessLogRepository,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  private async look(): Promise<number> {
    const gone = await this.accesses.forget(this.config.CONTENT_ACCESS_RETENTION_DAYS, AT_ONCE);
    return gone === AT_ONCE ? 0 : PAUSE_MS;
  }
}
