import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, Housekeeping, LOGGER, type Logger } from '../../platform/index.js';
import { LivePolicy, PolicyMover } from '../../policy/index.js';
import { AssetRepository } from './asset.repository.js';
import { AssetService, type Placing } from './asset.service.js';

const LOOK_MS = 1_000;
/**
 * After this process took other places over: at once, and again when each replica has them and what they began before has ended. Until
 * then another may have placed what it saw for the first time by the former places.
 */
const PASSES_MS = [0, 6_000, 30_000] as const;

/**
 * Keeps what is known only from events where `places.csv` puts it. Assets move in the transaction that makes new places live, so that no
 * asset is shown by its old place under the new rules.
 */
@Injectable()
export class Placement implements OnModuleInit {
  private due: number[] = [];

  constructor(
    private readonly database: Database,
    private readonly assets: AssetRepository,
    private readonly service: AssetService,
    private readonly live: LivePolicy,
    @Inject(LOGGER) private readonly log: Logger,
    mover: PolicyMover,
    housekeeping: Housekeeping,
  ) {
    mover.beforeMove((next) => this.placeBy(next));
    live.onSwap((now, before) => {
      if (now.placesText !== before?.placesText) this.due = PASSES_MS.map((afterMs) => Date.now() + afterMs);
    });
    housekeeping.add('place assets', LOOK_MS, async () => {
      await this.pass();
      return false;
    });
  }

  /** Before anybody can ask: the places may have changed while no replica ran. */
  async onModuleInit(): Promise<void> {
    await this.placeBy(this.live.current);
  }

  private async pass(): Promise<void> {
    const now = Date.now();
    if (this.due.length === 0 || now < this.due[0]!) return;
    const later = this.due.filter((at) => at > now);
    await this.placeBy(this.live.current);
    this.due = later;
  }

  /** All of them in one transaction, or in the one under way. */
  private async placeBy(places: Placing): Promise<void> {
    const moved = await this.database.run(async () => {
      const known = await this.assets.externalIdentityNamespaces();
      const ids = await this.assets.place(new Map(known.map((each) => [each, places.placeOf(each)])));
      const several = await this.service.placeByNames(await this.assets.severalNamed(), places);
      await this.service.announce([...ids, ...several]);
      return ids.length + several.length;
    });
    if (moved > 0) this.log.info({ assets: moved }, 'assets were placed anew');
  }
}
