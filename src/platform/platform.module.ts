import { type DynamicModule, Global, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG, type Config } from './config/config.js';
import { Database } from './database/database.js';
import { Installation } from './database/installation.js';
import { dataSourceOptions, type EntityClass } from './database/data-source.js';
import { ProblemFilter } from './errors/exception-filter.js';
import { CairnGraphqlModule } from './graphql/graphql.module.js';
import { HealthChecks } from './health/health-checks.js';
import { CLUSTER, clusterOf } from './kubernetes/cluster.js';
import { Housekeeping } from './leases/housekeeping.js';
import { Leases } from './leases/leases.js';
import { LOGGER, type Logger } from './logging/logger.js';
import { DeadLetters } from './outbox/dead-letters.js';
import { Outbox } from './outbox/outbox.js';
import { OutboxWorker } from './outbox/outbox-worker.js';
import { SqlSpans } from './tracing/sql-spans.js';
import { isTracing } from './tracing/start-tracing.js';

/** What the platform is built from, made before Nest starts. */
export interface PlatformOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** URL of a migrated database. */
  readonly databaseUrl: string;
  readonly entities: readonly EntityClass[];
}

@Global()
@Module({})
export class PlatformModule {
  static with({ config, logger, databaseUrl, entities }: PlatformOptions): DynamicModule {
    const providers = [
      { provide: CONFIG, useValue: config },
      { provide: LOGGER, useValue: logger },
      Database,
      Installation,
      Outbox,
      OutboxWorker,
      DeadLetters,
      Leases,
      Housekeeping,
      HealthChecks,
      { provide: CLUSTER, useFactory: () => clusterOf(config) },
    ];
    return {
      module: PlatformModule,
      imports: [
        TypeOrmModule.forRoot({
          ...dataSourceOptions(
            databaseUrl,
            entities,
            config.CAIRN_DATABASE_POOL,
            isTracing(config) ? [SqlSpans] : [],
          ),
          retryAttempts: 0,
        }),
        CairnGraphqlModule,
      ],
      providers: [...providers, { provide: APP_FILTER, useClass: ProblemFilter }],
      exports: providers,
    };
  }
}
