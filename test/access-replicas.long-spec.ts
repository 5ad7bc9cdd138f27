import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from './support/eventually.js';
import { Replicas } from './support/replicas.js';

let replicas: Replicas;
beforeAll(async () => {
  replicas = await Replicas.start(2, { CAIRN_POLICY_DIR: path.resolve('test/fixtures/people-policies') });
}, 60_000);
afterAll(() => replicas.stop());

async function ask(place: number, query: string, variables: object = {}, token = replicas.adminToken) {
  const response = await fetch(`${replicas.url(place)}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: any; errors?: { message: string }[] };
  if (errors) throw new Error(errors[0]!.message);
  return data;
}

async function tokenOf(name: string): Promise<string> {
  await ask(0, 'mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
    i: { kind: 'user', name },
  });
  const { issueToken } = await ask(0, 'mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }', {
    i: { subject: `user:${name}`, label: 'test' },
  });
  return issueToken.secret as string;
}

test('a grant and its end hold on every replica, and a grant survives that one is killed', async () => {
  const [bob, stew] = [await tokenOf('bob'), await tokenOf('stew')];
  const { createRepository } = await ask(
    0,
    'mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { asset { id } } }',
    { i: { name: 'leads', kind: 'dataset', namespace: 'acme/sales' } },
  );
  const may = async (place: number): Promise<boolean> =>
    (
      await ask(
        place,
        'query($id: ID!) { explainAccess(assetId: $id, action: "read") { allowed } }',
        { id: createRepository.asset.id },
        bob,
      )
    ).explainAccess.allowed as boolean;
  const becomes = (place: number, wanted: boolean): Promise<boolean> =>
    eventually(
      () => may(place),
      (is) => is === wanted,
    );
  const request = async (): Promise<string> => {
    const { requestAccess } = await ask(
      0,
      'mutation($i: RequestAccessInput!) { requestAccess(input: $i) { id } }',
      {
        i: {
          ...{ namespace: 'acme', actions: ['read'], reason: 'r' },
          until: new Date(Date.now() + 600_000).toISOString(),
        },
      },
      bob,
    );
    return requestAccess.id as string;
  };
  const APPROVE = 'mutation($id: ID!) { approveAccess(id: $id, reason: "r") { id } }';
  const REVOKE = 'mutation($id: ID!) { revokeAccess(id: $id, reason: "r") { id } }';
  for (let round = 0; round < 3; round++) {
    const id = await request();
    expect([await may(0), await may(1)]).toEqual([false, false]);
    await ask(0, APPROVE, { id }, stew);
    expect(await may(0)).toBe(true);
    await becomes(1, true);
    await ask(1, REVOKE, { id }, stew);
    expect(await may(1)).toBe(false);
    await becomes(0, false);
  }
  const id = await request();
  await ask(0, APPROVE, { id }, stew);
  await replicas.end(0, 'SIGKILL');
  await replicas.start(0);
  expect(await may(0)).toBe(true);
}, 120_000);
