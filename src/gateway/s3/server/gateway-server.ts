import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  CONFIG,
  type Config,
  DomainError,
  HealthChecks,
  LOGGER,
  type Logger,
} from '../../../platform/index.js';
import { S3Error } from '../protocol/s3-error.js';
import { GatewayHandler } from './gateway-handler.js';
import { s3Active, s3Refused } from './metrics.js';
import { observe } from './observe.js';
import { refuse } from './respond.js';

/** Requests under way at most; more are asked to come again. */
const MAX_REQUESTS = 512;
/** A connection on which nothing moves for so long is given up. */
const IDLE_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
/** For the head of a request. */
const HEADERS_MS = 20_000;
/** For a whole request: 5 GiB at 0.75 MiB/s. */
const REQUEST_MS = 2 * 3_600_000;
const MAX_HEADER_BYTES = 32 * 1024;
/** What may wait on a connection in each direction: with less, transfers stop and go. */
const BUFFER_BYTES = 512 * 1024;
/** How long requests under way may take when the service ends. */
const SHUTDOWN_MS = 15_000;
/** What is still read of a body that is not wanted, so that its sender gets to read why. */
const MAX_UNWANTED_BYTES = 4 * 1024 ** 2;

/** The gateway's port is taken by another program. */
export class GatewayPortInUseError extends DomainError {
  readonly kind = 'conflict';
  constructor(host: string, port: number) {
    super(
      `${host}:${port} is in use by another program. Stop it, or set CAIRN_S3_PORT to a free port, or to "off" to do without the S3 gateway.`,
      { host, port },
    );
  }
}

/** The HTTP server of the gateway, on a port of its own: clients of S3 expect to find buckets at the root. */
@Injectable()
export class GatewayServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly server: Server;
  private active = 0;
  private isStopping = false;
  /** `http://HOST:PORT`; absent while the gateway is off. */
  url: string | undefined;

  constructor(
    private readonly handler: GatewayHandler,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    const options = {
      ...{ headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, keepAliveTimeout: KEEP_ALIVE_MS },
      ...{ maxHeaderSize: MAX_HEADER_BYTES, noDelay: true, highWaterMark: BUFFER_BYTES },
    };
    this.server = createServer(options, (message, answer) => this.accept(message, answer, () => undefined));
    this.server.on('checkContinue', (message: IncomingMessage, answer: ServerResponse) =>
      this.accept(message, answer, () => answer.writeContinue()),
    );
    this.server.on('clientError', refuseConnection);
    this.server.setTimeout(IDLE_MS);
    if (this.port !== 'off')
      health.register('s3-gateway', async () => ({
        isReady: this.server.listening && !this.isStopping,
        report: { activeRequests: this.active, maxRequests: MAX_REQUESTS },
      }));
  }

  /** @throws {GatewayPortInUseError} */
  async onApplicationBootstrap(): Promise<void> {
    const { port } = this;
    if (port === 'off') return;
    const { CAIRN_HOST: host } = this.config;
    await new Promise<void>((resolve, reject) => {
      const refused = (error: NodeJS.ErrnoException): void =>
        reject(error.code === 'EADDRINUSE' ? new GatewayPortInUseError(host, port) : error);
      this.server.once('error', refused);
      this.server.listen(port, host, () => {
        this.server.off('error', refused);
        resolve();
      });
    });
    const { port: taken } = this.server.address() as AddressInfo;
    this.url = `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
    this.log.info({ url: this.url }, 's3 gateway');
  }

  /** Ends after the requests under way, or when their time is over. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.server.listening) return;
    this.isStopping = true;
    const timer = setTimeout(() => this.server.closeAllConnections(), SHUTDOWN_MS);
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeIdleConnections();
    });
    clearTimeout(timer);
  }

  private get port(): number | 'off' {
    const { CAIRN_S3_PORT: port, CAIRN_PORT: main } = this.config;
    return port ?? (main === 0 || main === 65_535 ? 0 : main + 1);
  }

  private accept(message: IncomingMessage, answer: ServerResponse, sendContinue: () => void): void {
    const id = randomUUID();
    answer.setHeader('x-amz-request-id', id);
    // Clients find out the region by a request without a signature.
    answer.setHeader('x-amz-bucket-region', this.config.S3_REGION);
    this.active += 1;
    s3Active.set(this.active);
    answer.once('close', () => {
      this.active -= 1;
      s3Active.set(this.active);
      if (this.isStopping) this.server.closeIdleConnections();
    });
    answer.once('finish', () => drop(message));
    if (this.isStopping) answer.setHeader('connection', 'close');
    observe(id, message, answer, (onOperation) => {
      if (this.active <= MAX_REQUESTS)
        return this.handler.handle({ id, message, answer, sendContinue, onOperation });
      s3Refused.inc();
      answer.setHeader('connection', 'close');
      const told = { id, method: message.method ?? 'GET', rawPath: message.url ?? '/' };
      refuse(told, new S3Error('SlowDown'), answer);
      return Promise.resolve();
    });
  }
}

/** Reads the rest of a body that nobody wants, up to a bound, so that the sender is not cut off before it has read the answer. */
function drop(message: IncomingMessage): void {
  if (message.complete || message.destroyed) return;
  let left = MAX_UNWANTED_BYTES;
  message.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) message.destroy();
  });
  message.resume();
}

/** What is no HTTP, or has a head that is too large. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const isLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const text = isLarge ? 'The head of the request is too large.' : 'This is not a request that can be read.';
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${isLarge ? 'RequestHeaderSectionTooLarge' : 'BadRequest'}</Code><Message>${text}</Message></Error>`;
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nContent-Type: application/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
