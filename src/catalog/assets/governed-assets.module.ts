import { Global, Module } from '@nestjs/common';
import { GOVERNED_ASSETS } from '../../policy/index.js';
import { GovernedAssetRepository } from './governed-assets.repository.js';

/** For the policy room, which knows assets by its port alone. */
@Global()
@Module({
  providers: [{ provide: GOVERNED_ASSETS, useClass: GovernedAssetRepository }],
  exports: [GOVERNED_ASSETS],
})
export class GovernedAssetsModule {}
