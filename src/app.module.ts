import { type DynamicModule, Module } from '@nestjs/common';
import { CatalogModule } from './catalog/index.js';
import { GatewayModule, MlflowModule } from './gateway/index.js';
import { HealthController } from './health.controller.js';
import { IdentityModule } from './identity/index.js';
import { LineageModule, MarquezModule } from './lineage/index.js';
import { MetricsController } from './metrics.controller.js';
import { OrchestratorModule } from './orchestrator/index.js';
import { OutboxResolver } from './outbox.resolver.js';
import { PlatformModule, type PlatformOptions } from './platform/index.js';
import { AuditModule, PolicyModule } from './policy/index.js';
import { SearchModule } from './search/index.js';
import { CatalogsModule, KafkaModule, KubernetesModule, StatementsModule } from './sources/index.js';
import { StorageModule } from './storage/index.js';

/** All rooms of the house. */
@Module({})
export class AppModule {
  static with(options: PlatformOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(options),
        PolicyModule,
        AuditModule,
        IdentityModule,
        StorageModule,
        CatalogModule,
        LineageModule,
        MarquezModule,
        SearchModule,
        KafkaModule,
        KubernetesModule,
        CatalogsModule,
        StatementsModule,
        OrchestratorModule,
        GatewayModule,
        MlflowModule,
      ],
      controllers: [HealthController, MetricsController],
      providers: [OutboxResolver],
    };
  }
}
