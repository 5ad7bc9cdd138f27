import type { Transport } from './transport.js';

/** Sends nothing, on request: what `OPENLINEAGE_DISABLED=true` asks for. */
export class NoopTransport implements Transport {
  readonly kind = 'noop';

  async emit(): Promise<void> {}

  async emitBatch(): Promise<void> {}

  async close(): Promise<void> {}
}
