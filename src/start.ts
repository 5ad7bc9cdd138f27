import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { ENTITIES } from './entities.js';
import { serveExplorer } from './explorer.js';
import { GatewayServer } from './gateway/index.js';
import { Administrator } from './identity/index.js';
import {
  assertMigrated,
  type Config,
  createFastifyAdapter,
  createLogger,
  DomainError,
  lockDataDir,
  migrateDatabase,
  NestLogger,
  startEmbeddedPostgres,
  startTracing,
} from './platform/index.js';

/** The port is taken by another program. */
export class PortInUseError extends DomainError {
  readonly kind = 'conflict';
  constructor(host: string, port: number) {
    super(`${host}:${port} is in use by another program. Stop it, or set CAIRN_PORT to a free port.`, {
      host,
      port,
    });
  }
}

/** A running Cairn. */
export interface Cairn {
  readonly app: NestFastifyApplication;
  /** `http://HOST:PORT`, with the port that was really taken. */
  readonly url: string;
  /** The S3 gateway's; absent when it is off. */
  readonly s3Url?: string;
  /** The first administrator's generated token, at the first start only. */
  readonly adminToken?: string;
  /** Ends requests under way, then workers, then the database. */
  stop(): Promise<void>;
}

/**
 * Starts the service: the data folder's lock, the database (embedded unless DATABASE_URL is set), migrations, the
 * application, the listener. What was started is stopped again when a later step fails.
 */
export async function startCairn(config: Config): Promise<Cairn> {
  const undo: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    while (undo.length > 0) await undo.pop()!();
  };
  try {
    const logger = createLogger(config);
    undo.push(await startTracing(config, logger));
    undo.push(lockDataDir(config.CAIRN_DATA_DIR));
    const databaseUrl = config.DATABASE_URL ?? (await startDatabase(config, undo));
    await (config.CAIRN_MIGRATE ? migrateDatabase(databaseUrl) : assertMigrated(databaseUrl));
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.with({ config, logger, databaseUrl, entities: ENTITIES }),
      createFastifyAdapter(config),
      { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
    );
    undo.push(() => app.close());
    await serveExplorer(app, config);
    await app.init();
    const adminToken = await app.get(Administrator).ensure();
    const url = await listen(app, config);
    const { url: s3Url } = app.get(GatewayServer);
    logger.info({ url }, 'cairn is ready');
    return { app, url, s3Url, adminToken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDatabase(config: Config, undo: (() => Promise<void> | void)[]): Promise<string> {
  const postgres = await startEmbeddedPostgres(path.join(config.CAIRN_DATA_DIR, 'postgres'));
  undo.push(() => postgres.stop());
  return postgres.url;
}

async function listen(app: NestFastifyApplication, config: Config): Promise<string> {
  try {
    await app.listen(config.CAIRN_PORT, config.CAIRN_HOST);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new PortInUseError(config.CAIRN_HOST, config.CAIRN_PORT);
  }
  const { port } = app.getHttpServer().address() as { port: number };
  return (
    config.CAIRN_PUBLIC_URL ??
    `http://${config.CAIRN_HOST.includes(':') ? `[${config.CAIRN_HOST}]` : config.CAIRN_HOST}:${port}`
  );
}
