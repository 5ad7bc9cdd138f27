import path from 'node:path';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config, HealthChecks, LOGGER, type Logger } from '../platform/index.js';
import { LocalObjectStore } from './drivers/local/local-object-store.js';
import { S3ObjectStore } from './drivers/s3/s3-object-store.js';
import type { ObjectStore } from './object-store.js';

/** Injection token of {@link ObjectStore}. */
export const OBJECT_STORE = Symbol('ObjectStore');

/** Objects in the data folder, or in a bucket when S3_BUCKET is set. */
@Global()
@Module({
  providers: [{ provide: OBJECT_STORE, inject: [CONFIG], useFactory: openObjectStore }],
  exports: [OBJECT_STORE],
})
export class StorageModule implements OnModuleInit {
  constructor(
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('storage', async () => ({ isReady: true, report: { ...(await objects.probe()) } }));
  }

  /** A store that cannot be used stops the boot. */
  async onModuleInit(): Promise<void> {
    this.log.info({ capabilities: await this.objects.probe() }, 'object store');
  }
}

function openObjectStore(config: Config): Promise<ObjectStore> {
  const {
    CAIRN_DATA_DIR: folder,
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_PREFIX: prefix,
  } = config;
  if (bucket === undefined) return LocalObjectStore.open(path.join(folder, 'objects'));
  return Promise.resolve(
    new S3ObjectStore({ bucket, endpoint, region, prefix, spoolDirectory: path.join(folder, 'spool') }),
  );
}
