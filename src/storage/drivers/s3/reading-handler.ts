import { buildQueryString } from '@smithy/core/protocols';
import { Agent, type Dispatcher } from 'undici';

/** A request as the SDK hands it over, signed. */
interface SignedRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Parameters<typeof buildQueryString>[0];
  readonly headers: Record<string, string>;
}

/** What sends requests of the SDK. */
interface RequestHandler {
  handle(request: SignedRequest, options?: { readonly abortSignal?: unknown }): Promise<Handled>;
  destroy?(): void;
}

interface Handled {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body?: unknown;
  };
}

/** How long a store may take. */
export interface Patience {
  readonly connectMs: number;
  /** Nothing comes for so long, while somebody waits for it. */
  readonly silenceMs: number;
}

/** Connections for reads; who finds none waits. They are more than large reads keep busy, so that small ones do not wait for them. */
const MAX_CONNECTIONS = 256;
/** What of a body waits for its reader. */
const BODY_BYTES = 512 * 1024;
/** What the SDK tries again under this name. */
const PASSING: ReadonlySet<unknown> = new Set([
  ...['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'],
]);

/**
 * Sends what has no body by undici, which hands out bytes as they were read: by node:http, which copies them, a large read takes half as
 * much again of the processor. Writes go by the SDK's own handler, which knows `Expect: 100-continue`.
 */
export class ReadingHandler implements RequestHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  private readonly agent: Agent;

  constructor(
    private readonly others: RequestHandler,
    { connectMs, silenceMs }: Patience,
  ) {
    this.agent = new Agent({
      ...{ connections: MAX_CONNECTIONS, connect: { timeout: connectMs } },
      ...{ headersTimeout: silenceMs, bodyTimeout: silenceMs },
    });
  }

  async handle(request: SignedRequest, options?: { readonly abortSignal?: unknown }): Promise<Handled> {
    const { method, protocol, hostname, port, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return this.others.handle(request, options);
    const asked: Dispatcher.RequestOptions = {
      origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
      ...{ path: pathOf(request), method, headers, highWaterMark: BODY_BYTES },
      ...(options?.abortSignal instanceof AbortSignal && { signal: options.abortSignal }),
    };
    const answer = await this.agent.request(asked).catch((error: unknown) => {
      throw named(error);
    });
    const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
    return {
      response: { statusCode: answer.statusCode, headers: Object.fromEntries(told), body: answer.body },
    };
  }

  destroy(): void {
    void this.agent.destroy();
    this.others.destroy?.();
  }
}

/** The query is written as it was signed. */
function pathOf({ path, query = {} }: SignedRequest): string {
  const asked = buildQueryString(query);
  return asked === '' ? path : `${path}?${asked}`;
}

function named(error: unknown): unknown {
  const isPassing = error instanceof Error && PASSING.has((error as NodeJS.ErrnoException).code);
  return isPassing ? Object.assign(error, { name: 'TimeoutError' }) : error;
}
