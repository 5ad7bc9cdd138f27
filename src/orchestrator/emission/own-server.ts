import { once } from 'node:events';
import type { Server } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DomainError } from '../../platform/index.js';

/** Longest wait for the listener, which opens a moment after the workers have begun. */
const LISTEN_TIMEOUT_MS = 10_000;

/** This process does not listen, so that it cannot be spoken to. */
export class NotListeningError extends DomainError {
  readonly kind = 'unavailable';
  constructor() {
    super('This process does not listen on its port (yet, or any more); the call is made again later.');
  }
}

/** Where this process itself listens, for what the service says to itself by its public doors. */
@Injectable()
export class OwnServer {
  constructor(private readonly host: HttpAdapterHost) {}

  /**
   * The address of the listener, whatever name clients know the service by. Waits for it up to 10 s.
   * @returns e.g. `http://127.0.0.1:4600`
   * @throws {NotListeningError}
   */
  async url(): Promise<string> {
    const server = this.host.httpAdapter.getHttpServer() as Server;
    if (!server.listening) {
      await once(server, 'listening', { signal: AbortSignal.timeout(LISTEN_TIMEOUT_MS) }).catch(() => {
        throw new NotListeningError();
      });
    }
    const address = server.address();
    if (address === null || typeof address === 'string') throw new NotListeningError();
    return `http://${reachable(address.address)}:${address.port}`;
  }
}

/** One listens on all addresses, and is reached by one of them. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}
