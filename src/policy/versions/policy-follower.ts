import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { CONFIG, type Config, ControlLoop, HealthChecks, LOGGER, type Logger } from '../../platform/index.js';
import { isBehind, liveGeneration, liveInfo } from '../delivery/metrics.js';
import { PublicKeys } from '../delivery/signing/public-keys.js';
import { BundleChecks } from '../check/aside/bundle-checks.js';
import { LivePolicy } from '../live-policy.js';
import { VersionNotLoadedError } from './errors.js';
import { loadVersion } from './load-version.js';
import type { LivePointer } from './policy-version.js';
import { VersionRepository } from './version.repository.js';

/** A replica that is known to be behind for longer, or does not know whether it is, is not ready. */
const BEHIND_LIMIT_MS = 5_000;
const UNKNOWN_LIMIT_MS = 15_000;
/** What could not be loaded is tried again so often: the reason may have gone. */
const RETRY_MS = 30_000;

/** What this replica could not load. */
interface Behind extends Pick<LivePointer, 'version' | 'digest' | 'generation'> {
  readonly reason: string;
  readonly sinceMs: number;
  readonly triedMs: number;
}

/** Keeps this replica at the live version: one look a second at one row, so that nothing that gets lost on the way matters. */
@Injectable()
export class PolicyFollower implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Those by which policies must be signed. */
  readonly keys: PublicKeys;
  private at: Pick<LivePointer, 'digest' | 'generation'> | undefined;
  private behind: Behind | undefined;
  private lookedMs = Date.now();
  private turn: Promise<void> = Promise.resolve();
  private readonly loop: ControlLoop;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    private readonly live: LivePolicy,
    private readonly versions: VersionRepository,
    private readonly checks: BundleChecks,
    health: HealthChecks,
  ) {
    this.keys = new PublicKeys(config.CAIRN_POLICY_PUBLIC_KEYS ?? []);
    this.loop = new ControlLoop(
      async () => {
        await this.follow();
        return config.CAIRN_POLICY_POLL_MS;
      },
      (error) => {
        this.log.warn({ err: error }, 'policy: the live version cannot be asked for');
        return config.CAIRN_POLICY_POLL_MS;
      },
      'follow policy',
    );
    health.register('policy', async () => ({ isReady: this.isCurrent, report: this.report() }));
  }

  onApplicationBootstrap(): void {
    this.lookedMs = Date.now();
    this.loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
  }

  /** Looks again now. */
  readonly wake = (): void => this.loop.wake();

  /** Generation of the version that answers here. */
  get generation(): number {
    return this.at?.generation ?? 0;
  }

  /** Why this replica is behind the live version, if it is. */
  get lagReason(): string | undefined {
    return this.behind?.reason;
  }

  /**
   * Looks which version is live and, if it is another, lets it answer. What cannot be loaded changes nothing.
   * @throws {VersionNotLoadedError} only as long as no version answers at all
   */
  follow(): Promise<void> {
    // One at a time: a slower look must not bring an older version back.
    const look = this.turn.then(async () => {
      const pointer = await this.versions.live();
      if (pointer !== undefined) await this.reach(pointer);
      this.lookedMs = Date.now();
    });
    this.turn = look.catch(() => undefined);
    return look;
  }

  private async reach(pointer: LivePointer): Promise<void> {
    if (pointer.generation === this.at?.generation && pointer.digest === this.at.digest) return;
    if (this.isHopeless(pointer)) return;
    if (!this.live.isLoaded || this.live.current.version !== pointer.version || this.keys.isRequired) {
      const stored = await this.versions.find(pointer.version);
      if (stored === undefined) return; // cannot be: versions are never removed
      try {
        const compiled = await loadVersion(stored, this.keys, this.checks);
        if (!this.live.isLoaded || this.live.current.version !== compiled.version) this.live.swap(compiled);
      } catch (error) {
        if (!(error instanceof VersionNotLoadedError) || !this.live.isLoaded) throw error;
        this.fallBehind(pointer, error.reason);
        return;
      }
    }
    this.at = { digest: pointer.digest, generation: pointer.generation };
    this.behind = undefined;
    isBehind.set(0);
    liveGeneration.set(pointer.generation);
    liveInfo.reset();
    liveInfo.set({ version: pointer.version }, 1);
    this.log.info(
      { bundle: pointer.version, generation: pointer.generation, by: pointer.changedBy },
      'policy is loaded',
    );
  }

  private isHopeless({ generation, digest }: LivePointer): boolean {
    const { behind } = this;
    return (
      behind?.generation === generation && behind.digest === digest && Date.now() - behind.triedMs < RETRY_MS
    );
  }

  private fallBehind({ version, digest, generation }: LivePointer, reason: string): void {
    const now = Date.now();
    const sinceMs = this.behind?.sinceMs ?? now;
    this.behind = { version, digest, generation, reason, sinceMs, triedMs: now };
    isBehind.set(1);
    this.log.error({ version, generation, reason }, 'policy: the live version cannot be loaded');
  }

  private get isCurrent(): boolean {
    const now = Date.now();
    if (this.behind !== undefined) return now - this.behind.sinceMs < BEHIND_LIMIT_MS;
    return now - this.lookedMs < UNKNOWN_LIMIT_MS;
  }

  private report(): Record<string, unknown> {
    return {
      bundle: this.live.current.version,
      generation: this.generation,
      ...(this.behind && {
        behind: { version: this.behind.version, since: new Date(this.behind.sinceMs).toISOString() },
      }),
    };
  }
}
