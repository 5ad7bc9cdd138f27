import { Database } from '../../src/platform/index.js';
import type { TestCairn } from '../support/cairn.js';

/** Who asks, in the order of the table. */
export interface MatrixPrincipal {
  readonly name: string;
  /** Undefined for those that are no principal of the service. */
  readonly subject?: string;
  /** One question to each door is enough: it is nobody, or may what another may, who is asked for everything. */
  readonly isBrief?: true;
}

/** All who ask; what each may, `test/fixtures/matrix-policies` says. */
export const PRINCIPALS: readonly MatrixPrincipal[] = [
  { name: 'nobody', isBrief: true },
  { name: 'bad token', isBrief: true },
  { name: 'revoked', isBrief: true },
  { name: 'no grant', subject: 'user:none' },
  { name: 'lister', subject: 'user:lister' },
  { name: 'elsewhere', subject: 'user:elsewhere' },
  { name: 'reader', subject: 'user:reader' },
  { name: 'keeper', subject: 'user:keeper' },
  { name: 'denied by tag', subject: 'user:denied' },
  { name: 'by group', subject: 'user:member', isBrief: true },
  { name: 'service', subject: 'service:worker', isBrief: true },
];

const only = process.env['MATRIX_PRINCIPALS']?.split(',');
/** {@link PRINCIPALS}, or those that `MATRIX_PRINCIPALS` names. */
export const ASKING = PRINCIPALS.filter(({ name }) => only?.includes(name) ?? true);

/** The control: to him everything must be shown. */
export const ADMINISTRATOR = 'administrator';

/** What a principal shows at the doors. */
export interface Credentials {
  readonly token: string;
  /** Of the S3 gateway. */
  readonly key: { readonly id: string; readonly secret: string };
}

const UNKNOWN_KEY = { id: 'CAIRNAAAAAAAAAAAAAAA', secret: 'nothing that was ever given' };

/** Makes all principals, with tokens and access keys. */
export async function enrol(cairn: TestCairn): Promise<ReadonlyMap<string, Credentials>> {
  const callers = new Map<string, Credentials>([
    ['nobody', { token: '', key: UNKNOWN_KEY }],
    ['bad token', { token: 'cairn_of_nobody', key: UNKNOWN_KEY }],
    [ADMINISTRATOR, { token: cairn.adminToken, key: await keyOf(cairn, cairn.adminToken) }],
  ]);
  for (const { name, subject } of PRINCIPALS)
    if (subject !== undefined) {
      const token = await cairn.tokenFor(subject);
      callers.set(name, { token, key: await keyOf(cairn, token) });
    }
  callers.set('revoked', await revoked(cairn));
  // What an identity provider says of a person when it lets her in.
  await cairn.app
    .get(Database)
    .query(
      `UPDATE principal SET groups = '{analysts}', groups_until = now() + interval '1 day' WHERE name = 'member'`,
    );
  return callers;
}

async function keyOf(cairn: TestCairn, token: string): Promise<Credentials['key']> {
  const { createAccessKey } = await cairn.ask(
    'mutation { createAccessKey(input: { label: "matrix" }) { secret accessKey { id } } }',
    {},
    token,
  );
  return { id: createAccessKey.accessKey.id, secret: createAccessKey.secret };
}

/** Of one who might do everything, until the token and the key were revoked. */
async function revoked(cairn: TestCairn): Promise<Credentials> {
  const token = await cairn.tokenFor('user:revoked');
  const key = await keyOf(cairn, token);
  const { me } = await cairn.ask('{ me { tokens { id } } }', {}, token);
  await cairn.ask('mutation($id: ID!) { revokeAccessKey(id: $id) { id } }', { id: key.id });
  await cairn.ask('mutation($id: ID!) { revokeToken(id: $id) { id } }', { id: me.tokens[0].id });
  return { token, key };
}
