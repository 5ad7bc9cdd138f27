import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database, LOGGER, type Logger } from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { AssetRepository } from './asset.repository.js';
import { AssetService } from './asset.service.js';

/** Keeps what is known only from events where `places.csv` puts it. */
@Injectable()
export class Placement implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly assets: AssetRepository,
    private readonly service: AssetService,
    private readonly policy: Policy,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Before anybody can ask: the file may have changed since assets were placed, and a stale place could show them to the wrong people. */
  async onModuleInit(): Promise<void> {
    for (const identityNamespace of await this.assets.externalIdentityNamespaces()) {
      const namespace = this.policy.placeOf(identityNamespace);
      const moved = await this.database.run(async () => {
        const ids = await this.assets.place(identityNamespace, namespace);
        await this.service.announce(ids);
        return ids.length;
      });
      if (moved > 0)
        this.log.info({ identityNamespace, namespace, assets: moved }, 'assets were placed anew');
    }
    const several = await this.assets.severalNamed();
    const moved = await this.database.run(async () => {
      const ids = await this.service.placeByNames(several);
      await this.service.announce(ids);
      return ids.length;
    });
    if (moved > 0) this.log.info({ assets: moved }, 'assets of several names were placed anew');
  }
}
