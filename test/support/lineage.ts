import path from 'node:path';
import { expect } from '@jest/globals';
import { Database } from '../../src/platform/index.js';
import { startTestCairn, type TestCairn } from './cairn.js';

/** A service that takes and shows lineage, and two who use it. */
export interface TestLineage {
  readonly cairn: TestCairn;
  /** Token of one who may emit and see in `external`, not in `vault`. */
  readonly ada: string;
  /** Token of one who may emit and see everywhere. */
  readonly max: string;
  /** Posts a body to the lineage route, as it is or as JSON; by `max`. @param options `route` is what follows `/api/v1/lineage` */
  post(
    body: unknown,
    options?: { route?: string; token?: string; headers?: Record<string, string> },
  ): Promise<Response>;
  /** Posts an event that has to be stored. @returns the answer */
  stored(body: unknown, token?: string): Promise<Record<string, any>>;
  /** Posts events in batches of 200; all of them have to be taken. */
  postAll(events: readonly unknown[]): Promise<void>;
  /** @param fields of the asset, in GraphQL, beside its id */
  assetByName(
    fields: string,
    name: string,
    options?: { kind?: string; namespace?: string; token?: string },
  ): Promise<any>;
  query(sql: string, parameters?: unknown[]): Promise<any[]>;
  countOf(table: string): Promise<number>;
}

/** Starts a service with the policies of `test/fixtures/lineage-policies`; whoever starts it stops `cairn`. */
export async function startTestLineage(): Promise<TestLineage> {
  const cairn = await startTestCairn({ CAIRN_POLICY_DIR: path.resolve('test/fixtures/lineage-policies') });
  const ada = await cairn.tokenFor('user:ada');
  const max = await cairn.tokenFor('user:max');
  const post: TestLineage['post'] = (body, { route = '', token = max, headers = {} } = {}) =>
    cairn.http(`/api/v1/lineage${route}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' || Buffer.isBuffer(body) ? (body as string) : JSON.stringify(body),
      token,
    });
  const query: TestLineage['query'] = (sql, parameters = []) =>
    cairn.app.get(Database).query<any>(sql, parameters);
  return {
    ...{ cairn, ada, max, post, query },
    stored: async (body, token = max) => {
      const response = await post(body, { token });
      const answer = (await response.json()) as Record<string, any>;
      if (response.status !== 201) throw new Error(JSON.stringify(answer));
      return answer;
    },
    postAll: async (events) => {
      for (let at = 0; at < events.length; at += 200)
        expect((await post(events.slice(at, at + 200), { route: '/batch' })).status).toBe(200);
    },
    assetByName: async (fields, name, { kind = 'dataset', namespace = 'db', token = max } = {}) =>
      (
        await cairn.ask(
          `query($k: AssetKind!, $ns: String!, $n: String!) { assetByName(kind: $k, identityNamespace: $ns, identityName: $n) { id ${fields} } }`,
          { k: kind, ns: namespace, n: name },
          token,
        )
      ).assetByName,
    countOf: async (table) => Number((await query(`SELECT count(*) FROM ${table}`))[0].count),
  };
}

let runs = 0;
/** Another run than before. */
export const runId = () => `01a20a4d-0000-7000-8000-${String(++runs).padStart(12, '0')}`;

export const dataset = (name: string, facets: object = {}, namespace = 'db') => ({ namespace, name, facets });

/** A run of the job `etl daily` that is complete. @param change what is otherwise */
export const event = (change: Record<string, unknown> = {}): Record<string, any> => ({
  eventTime: '2026-11-23T10:00:00.123456Z',
  eventType: 'COMPLETE',
  producer: 'https://example.com/etl',
  schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
  run: { runId: runId() },
  job: { namespace: 'etl', name: 'daily' },
  ...change,
});

/** A facet with what every facet has to have. */
export const facet = (value: object) => ({
  _producer: 'https://example.com/etl',
  _schemaURL: 'https://example.com/schema.json',
  ...value,
});
