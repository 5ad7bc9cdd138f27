import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LOGGER, type Logger } from '../../platform/index.js';
import { LivePolicy } from '../live-policy.js';
import { VersionNotLoadedError } from '../versions/errors.js';
import { PolicyFollower } from '../versions/policy-follower.js';
import { AttemptRepository } from './attempt.repository.js';
import { BUNDLE_SOURCE, type BundleSource } from './bundle-source.js';
import { DeliveryLoop } from './delivery-loop.js';
import { PolicyRefusedError } from './refusal.js';

/** Has a policy answer before anybody can ask. */
@Injectable()
export class PolicyBoot implements OnModuleInit {
  constructor(
    @Inject(BUNDLE_SOURCE) private readonly source: BundleSource,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly live: LivePolicy,
    private readonly follower: PolicyFollower,
    private readonly attempts: AttemptRepository,
    private readonly loop: DeliveryLoop,
  ) {}

  /**
   * What is stored answers, then what a folder shows that is new. What is wrong with the source matters only when nothing else can
   * answer, or what is stored cannot: then it stops the boot.
   */
  async onModuleInit(): Promise<void> {
    const unloadable = await this.loadStored();
    if (this.live.isLoaded && !this.source.isLocal) return;
    try {
      await this.takeFromSource();
    } catch (error) {
      if (!(error instanceof PolicyRefusedError)) throw error;
      if (!this.live.isLoaded) throw unloadable ?? error.cause ?? error;
    }
    await this.follower.follow();
    if (!this.live.isLoaded) throw unloadable ?? new TypeError('no policy was delivered');
  }

  /** @returns why the live version cannot answer in this program */
  private async loadStored(): Promise<VersionNotLoadedError | undefined> {
    try {
      await this.follower.follow();
      return undefined;
    } catch (error) {
      if (!(error instanceof VersionNotLoadedError)) throw error;
      this.log.error(
        { version: error.version, reason: error.reason },
        'policy: the live version cannot be loaded',
      );
      return error;
    }
  }

  private async takeFromSource(): Promise<void> {
    const shown = await this.source.lookUntilWhole();
    const taken = await this.attempts.taken(this.source.name);
    if (!this.live.isLoaded || taken?.digest !== shown.digest) await this.loop.handIn(shown);
    this.loop.settle(shown.digest); // what was refused the loop hands in again, and tells of it for as long as it is so
  }
}
