import path from 'node:path';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { CONFIG, type Config, HealthChecks, Installation, LOGGER, type Logger } from '../platform/index.js';
import { LocalObjectStore } from './drivers/local/local-object-store.js';
import { S3ObjectStore } from './drivers/s3/s3-object-store.js';
import { ImportReads } from './imports/import-reads.js';
import { ImportSources } from './imports/import-sources.js';
import { ImportedObjects } from './imports/imported-objects.js';
import type { KeptDocuments } from './kept/kept-documents.js';
import { LocalDocuments } from './kept/local-documents.js';
import { Ledger } from './ledger/ledger.js';
import { LedgeredStore } from './ledger/ledgered-store.js';
import type { ObjectStore, StoreCapabilities } from './object-store.js';

/** Injection token of {@link ImportSources}. */
export const IMPORT_SOURCES = Symbol('ImportSources');

/** Injection token of {@link KeptDocuments}. */
export const KEPT_DOCUMENTS = Symbol('KeptDocuments');

/** The driver itself, before the ledger. */
const DRIVER = Symbol('ObjectStoreDriver');

/** Injection token of {@link ObjectStore}. */
export const OBJECT_STORE = Symbol('ObjectStore');

/** Objects in the data folder, or in a bucket when S3_BUCKET is set. A store that cannot be used stops the boot. */
@Global()
@Module({
  providers: [
    Ledger,
    ImportedObjects,
    {
      provide: IMPORT_SOURCES,
      inject: [CONFIG],
      useFactory: ({ CAIRN_IMPORT_SOURCES }: Config) => ImportSources.read(CAIRN_IMPORT_SOURCES),
    },
    { provide: DRIVER, inject: [CONFIG, Installation], useFactory: openDriver },
    {
      provide: OBJECT_STORE,
      inject: [DRIVER, Ledger, IMPORT_SOURCES, ImportedObjects],
      useFactory: (store: ObjectStore, ledger: Ledger, sources: ImportSources, imported: ImportedObjects) =>
        new LedgeredStore(store, ledger, new ImportReads(sources, imported)),
    },
    {
      provide: KEPT_DOCUMENTS,
      inject: [DRIVER, CONFIG],
      useFactory: (store: ObjectStore, { CAIRN_DATA_DIR: folder }: Config): KeptDocuments =>
        store instanceof S3ObjectStore
          ? store.documents()
          : new LocalDocuments(path.join(folder, 'objects', 'documents')),
    },
  ],
  exports: [OBJECT_STORE, KEPT_DOCUMENTS, Ledger, IMPORT_SOURCES, ImportedObjects],
})
export class StorageModule implements OnModuleInit {
  private seen: StoreCapabilities | undefined;

  constructor(
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('storage', async () => ({
      isReady: true,
      report: { ...this.seen, ...(await objects.check()) },
    }));
  }

  async onModuleInit(): Promise<void> {
    this.seen = await this.objects.probe();
    this.log.info({ capabilities: this.seen }, 'object store');
  }
}

async function openDriver(config: Config, installation: Installation): Promise<ObjectStore> {
  const { CAIRN_DATA_DIR: folder, S3_BUCKET: bucket, S3_PUBLIC_ENDPOINT, S3_PRESIGN_SECONDS } = config;
  if (bucket === undefined) return LocalObjectStore.open(path.join(folder, 'objects'));
  return new S3ObjectStore({
    ...{ bucket, endpoint: config.S3_ENDPOINT, region: config.S3_REGION },
    prefix: `${config.S3_PREFIX}${await installation.id()}/`,
    spoolDirectory: path.join(folder, 'spool'),
    ...(config.S3_DIRECT && {
      direct: { endpoint: S3_PUBLIC_ENDPOINT, expiresInSeconds: S3_PRESIGN_SECONDS },
    }),
  });
}
