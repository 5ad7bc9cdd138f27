import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { ControlLoop, Database, HealthChecks, LOGGER, type Logger } from '../../platform/index.js';
import { LivePolicy } from '../live-policy.js';
import { OverlayRepository } from './overlay.repository.js';

/** One look is one row. What is granted, revoked or declared holds everywhere within this time. */
const LOOK_EVERY_MS = 250;
/** Whether a grant still stands is not known any more after so long; then none does. */
const BELIEVED_MS = 5_000;

/** Keeps this replica at the grants and emergencies that there are. They end by themselves at their time. */
@Injectable()
export class OverlayFollower implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private at: string | undefined;
  private lookedMs = 0;
  private counts = { grants: 0, emergencies: 0 };
  private turn: Promise<void> = Promise.resolve();
  private readonly loop: ControlLoop;
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly live: LivePolicy,
    private readonly repository: OverlayRepository,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    this.loop = new ControlLoop(
      async () => {
        await this.follow();
        return LOOK_EVERY_MS;
      },
      (error) => {
        this.log.warn({ err: error }, 'policy: grants and emergencies cannot be asked for');
        return LOOK_EVERY_MS;
      },
      'follow grants',
    );
    health.register('grants', async () => ({
      isReady: true,
      isDegraded: !this.isKnown,
      report: this.counts,
    }));
  }

  onModuleInit(): Promise<void> {
    return this.follow();
  }

  onApplicationBootstrap(): void {
    this.loop.start();
    this.watch = setInterval(() => this.forget(), LOOK_EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.watch);
    await this.loop.stop();
  }

  /**
   * Changes grants or emergencies in a transaction, one change after the other, and lets what comes of it hold here before it answers.
   * @param work is given the instant of the change
   */
  async change<T>(work: (now: Date) => Promise<T>): Promise<T> {
    const changed = await this.database.run(async () => work(await this.repository.change()));
    await this.follow();
    return changed;
  }

  /** Looks what holds, and lets it hold here. */
  follow(): Promise<void> {
    // One at a time: a slower look must not bring back what another saw ended.
    const look = this.turn.then(async () => {
      const lookedMs = Date.now();
      // Read first: what changes meanwhile is seen again by the next look.
      const generation = await this.repository.generation();
      if (generation !== this.at) {
        const overlay = await this.repository.overlay();
        this.live.lay(overlay);
        this.counts = { grants: overlay.grants.length, emergencies: overlay.emergencies.length };
        this.at = generation;
      }
      this.lookedMs = lookedMs;
    });
    this.turn = look.catch(() => undefined);
    return look;
  }

  private get isKnown(): boolean {
    return Date.now() - this.lookedMs < BELIEVED_MS;
  }

  private forget(): void {
    if (this.isKnown || this.at === undefined) return;
    this.at = undefined;
    this.counts = { grants: 0, emergencies: 0 };
    this.live.lay({ grants: [], emergencies: [] });
    this.log.error(
      { sinceMs: this.lookedMs },
      'policy: no grant or emergency holds until they can be asked for',
    );
  }
}
