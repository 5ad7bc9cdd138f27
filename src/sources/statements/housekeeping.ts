import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config, ControlLoop, LOGGER, type Logger } from '../../platform/index.js';
import { LedgerRepository } from './ledger.repository.js';

const AT_ONCE = 1_000;
const PAUSE_MS = 60_000;

/** Ends statements in the ledger when they are old. Every process may do it: what is gone is gone. */
@Injectable()
export class StatementHousekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 'statements: old ones could not be ended');
      return PAUSE_MS;
    },
    'statements',
  );

  constructor(
    private readonly ledger: LedgerRepository,
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
    const gone = await this.ledger.forget(this.config.STATEMENTS_RETENTION_DAYS, AT_ONCE);
    return gone === AT_ONCE ? 0 : PAUSE_MS;
  }
}
