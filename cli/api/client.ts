import { ApiError, errorFromBody } from './api-error.js';

/** A page of a list. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What the service stored. */
export interface StoredObject {
  readonly sha256: string;
  readonly sizeBytes: number;
}

const PAGE_SIZE = 200;

/** The public API of a Cairn, as the holder of a token. Every method throws {@link ApiError}. */
export class Client {
  /**
   * @param url of the service, e.g. `http://127.0.0.1:4600`
   * @param token a bearer token, or what gives one for each request; without one only what is public can be asked
   */
  constructor(
    readonly url: string,
    private readonly token: string | undefined | (() => Promise<string | undefined>),
  ) {}

  /** Runs a GraphQL operation. The caller vouches for the type of its answer. */
  async ask<Answer>(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    const body = JSON.stringify({ query, variables });
    const answer = await this.json('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { data, errors } = answer as { data?: Answer; errors?: unknown };
    if (errors !== undefined || data === undefined || data === null) throw errorFromBody(200, answer);
    return data;
  }

  /**
   * Reads all of a list, or its beginning.
   * @param ask asks for one page: GraphQL variables `first` and `after`
   * @param limit items at most
   * @param pageSize items that are asked for at once, at most
   */
  async all<Node>(
    ask: (page: { first: number; after?: string }) => Promise<Page<Node>>,
    limit = Infinity,
    pageSize = PAGE_SIZE,
  ): Promise<Node[]> {
    const nodes: Node[] = [];
    let after: string | undefined;
    while (nodes.length < limit) {
      const page = await ask({ first: Math.min(pageSize, limit - nodes.length), after });
      nodes.push(...page.nodes);
      if (!page.pageInfo.hasNextPage || page.pageInfo.endCursor === null) break;
      after = page.pageInfo.endCursor;
    }
    return nodes;
  }

  /** An HTTP request that is answered by JSON. */
  async json(route: string, init: RequestInit = {}): Promise<unknown> {
    const response = await this.request(route, init);
    const text = await response.text();
    try {
      return JSON.parse(text);
    } catch {
      throw new ApiError(`${this.url} does not answer as a Cairn does. Check the URL.`, 'UNREACHABLE');
    }
  }

  /** An HTTP request; its answer is good (2xx) or thrown as what went wrong. */
  async request(route: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const token = typeof this.token === 'function' ? await this.token() : this.token;
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const response = await fetch(`${this.url}${route}`, { ...init, headers }).catch((error: Error) => {
      throw new ApiError(
        `${this.url} cannot be reached (${reasonOf(error)}). Is Cairn running there?`,
        'UNREACHABLE',
      );
    });
    if (response.ok || response.status === 307) return response;
    const text = await response.text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      body = undefined;
    }
    throw errorFromBody(response.status, body);
  }

  /** Sends the bytes of one object; a commit then gives them a path. @param sha256 what they must hash to */
  async upload(repository: string, bytes: AsyncIterable<Uint8Array>, sha256: string): Promise<StoredObject> {
    const init = {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream', 'x-cairn-sha256': sha256 },
      body: bytes,
      duplex: 'half',
    };
    const route = `/api/v1/repositories/${encodeURIComponent(repository)}/objects`;
    return (await this.json(route, init as unknown as RequestInit)) as StoredObject;
  }

  /** Opens the bytes at a path of a revision: at the object store itself where that can be, else through the service. */
  async download(repository: string, revision: string, path: string): Promise<Response> {
    const segments = path.split('/').map(encodeURIComponent).join('/');
    const from = `/api/v1/repositories/${encodeURIComponent(repository)}/content/${encodeURIComponent(revision)}`;
    const answer = await this.request(`${from}/${segments}?direct=true`, { redirect: 'manual' });
    const place = answer.headers.get('location');
    if (place === null) return answer;
    const straight = await fetch(place).catch(() => undefined);
    return straight?.ok ? straight : this.request(`${from}/${segments}`);
  }
}

/** Node's fetch hides the reason in `cause`. */
function reasonOf(error: Error): string {
  const { cause } = error as { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? error.message;
}
