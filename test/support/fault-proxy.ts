import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough, Transform } from 'node:stream';

/** A server behind a wire that can be made bad. */
export interface FaultProxy {
  readonly port: number;
  /** From now on every chunk takes so many milliseconds more in each direction; 0 heals. */
  slow(delayMs: number): void;
  /** Breaks all connections, and each new one as soon as it is made, until {@link heal}. */
  cut(): void;
  /** Lets connections be, and nothing through them, until {@link heal}: what a lost route looks like. */
  stall(): void;
  /** Sends new connections to another port, where the server came up again. */
  redirect(port: number): void;
  /** All faults end. Connections that were stalled go on. */
  heal(): void;
  /** Connections that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Stands between a client and a TCP server. @param target where the server listens, on 127.0.0.1 unless it has a host */
export async function startFaultProxy(target: { host?: string; port: number }): Promise<FaultProxy> {
  let fault: 'none' | 'cut' | 'stall' = 'none';
  let delayMs = 0;
  let upstreamPort = target.port;
  const pairs = new Set<readonly [Socket, Socket]>();
  const held = new Set<() => void>();

  /** Each chunk waits for its delay and for the end of a stall, in order. */
  const wire = () =>
    new Transform({
      transform(chunk, _encoding, done) {
        const pass = () => {
          if (fault === 'stall') held.add(pass);
          else done(null, chunk);
        };
        if (delayMs > 0) setTimeout(pass, delayMs);
        else pass();
      },
    });

  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (fault === 'cut') return void client.resetAndDestroy();
    const upstream = connect({ host: target.host ?? '127.0.0.1', port: upstreamPort, allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client]] as const) {
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => {
        pairs.delete(pair);
        to.destroySoon();
      });
      from.pipe(wire()).pipe(new PassThrough()).pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const release = () => {
    const waiting = [...held];
    held.clear();
    for (const pass of waiting) pass();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    slow: (ms) => (delayMs = ms),
    redirect: (port) => (upstreamPort = port),
    cut: () => {
      fault = 'cut';
      for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    },
    stall: () => (fault = 'stall'),
    heal: () => {
      fault = 'none';
      delayMs = 0;
      release();
    },
    close: async () => {
      fault = 'none';
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
