import { createHash } from 'node:crypto';
import type { Site } from './site.js';

const PATIENCE_MS = 20_000;
/** Bytes that are being removed right now are waited for by the service; the writers here go on with others. */
const UPLOAD_PATIENCE_MS = 4_000;

export const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** One administrator's requests to a site whose servers come and go. Nothing is tried again. */
export class Client {
  /** How often each outcome came: HTTP statuses, codes of GraphQL errors, `no answer`. */
  readonly outcomes = new Map<string, number>();
  /** The longest that an answer took, in milliseconds. */
  slowestMs = 0;

  constructor(
    private readonly site: Site,
    private readonly repository: string,
  ) {}

  /** @returns the answer's data; undefined when there was an error or no answer, and so nobody knows what was done */
  async ask(query: string, variables: object = {}): Promise<any> {
    const response = await this.send('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = JSON.parse(response?.body.toString() || '{}');
    if (errors === undefined) return data ?? undefined;
    this.count(errors[0].extensions.code);
    return undefined;
  }

  /** @returns whether it was acknowledged */
  async upload(text: string): Promise<boolean> {
    const init = { method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } };
    const route = `/api/v1/repositories/${this.repository}/objects`;
    return (await this.send(route, init, UPLOAD_PATIENCE_MS))?.status === 201;
  }

  /** @returns the bytes of a file; undefined when they could not be had now */
  async read(revision: string, path: string): Promise<Buffer | undefined> {
    const route = `/api/v1/repositories/${this.repository}/content/${encodeURIComponent(revision)}/${path}`;
    const response = await this.send(route, {});
    return response?.status === 200 ? response.body : undefined;
  }

  /** @returns digests by path; undefined when they could not be had now */
  async entries(revision: string): Promise<Map<string, string> | undefined> {
    const found = new Map<string, string>();
    for (let after: string | null = null; ;) {
      const data: any = await this.ask(
        `query($n: String!, $r: String!, $a: String) { repository(name: $n) {
           entries(revision: $r, first: 200, after: $a) { nodes { path sha256 } pageInfo { hasNextPage endCursor } } } }`,
        { n: this.repository, r: revision, a: after },
      );
      if (data === undefined) return undefined;
      const { nodes, pageInfo } = data.repository.entries;
      for (const { path, sha256: digest } of nodes) found.set(path, digest);
      if (!pageInfo.hasNextPage) return found;
      after = pageInfo.endCursor;
    }
  }

  async isReady(): Promise<boolean> {
    return (await this.send('/health/ready', {}))?.status === 200;
  }

  private async send(
    route: string,
    init: RequestInit,
    patienceMs = PATIENCE_MS,
  ): Promise<{ status: number; body: Buffer } | undefined> {
    const began = performance.now();
    try {
      const response = await fetch(`${this.site.url}${route}`, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${this.site.adminToken}` },
        signal: AbortSignal.timeout(patienceMs),
      });
      const body = Buffer.from(await response.arrayBuffer());
      this.count(String(response.status));
      return { status: response.status, body };
    } catch (error) {
      const isLate = (error as Error).name === 'TimeoutError';
      this.count(isLate && patienceMs === PATIENCE_MS ? 'late' : 'no answer');
      return undefined;
    } finally {
      this.slowestMs = Math.max(this.slowestMs, performance.now() - began);
    }
  }

  private count(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }
}
