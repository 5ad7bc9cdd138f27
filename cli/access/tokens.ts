import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Client, Page } from '../api/client.js';
import type { Session } from '../session.js';
import { type ScopeOptions, scopeOf, withScope } from './scope-options.js';

interface IssuedToken {
  readonly secret: string;
  readonly token: { readonly id: string; readonly expiresAt: string | null };
}

interface ApiToken {
  readonly id: string;
  readonly label: string;
  readonly expiresAt: string | null;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}
interface Holder {
  readonly subject: string;
  readonly tokens: readonly ApiToken[];
}
const TOKENS = 'subject tokens { id label namespaces actions createdAt expiresAt lastUsedAt revokedAt }';

/** `token issue|list|revoke`. */
export function addTokens(program: Command, open: () => Session): void {
  const token = program.command('token').description('API tokens');

  withScope(token.command('issue'))
    .description(
      'make a token: for yourself, or for anybody as an administrator. It is printed once, alone on standard output',
    )
    .argument('<subject>', 'user:NAME or service:NAME')
    .option('--label <text>', 'what it is for', 'made by cairn')
    .option('--days <count>', 'how long it lasts, 1–366', wholeNumber('--days', 1, 366))
    .action(async (subject: string, options: ScopeOptions & { label: string; days?: number }) => {
      const { label, days } = options;
      const { output, connect } = open();
      const { issueToken } = await connect().ask<{ issueToken: IssuedToken }>(
        'mutation IssueToken($input: IssueTokenInput!) { issueToken(input: $input) { secret token { id label expiresAt } } }',
        { input: { subject, label, expiresInDays: days, ...scopeOf(options) } },
      );
      output.message(
        `Token ${issueToken.token.id} for ${subject}, until ${formatInstant(issueToken.token.expiresAt)}. It is not shown again:`,
      );
      output.result(issueToken, issueToken.secret);
    });

  token
    .command('list')
    .description('your tokens, or as an administrator those of others, newest first')
    .option('--subject <subject>', 'user:NAME or service:NAME; yourself when absent')
    .action(async ({ subject }: { subject?: string }) => {
      const { output, connect } = open();
      const { tokens } = await holderOf(connect(), subject);
      output.result(tokens, () =>
        formatTable(
          ['id', 'for', 'last used', 'until', ''],
          tokens.map(({ id, label, lastUsedAt, expiresAt, revokedAt }) => [
            ...[id, label, formatInstant(lastUsedAt), formatInstant(expiresAt)],
            revokedAt === null ? '' : 'revoked',
          ]),
        ),
      );
    });

  token
    .command('revoke')
    .description('end a token at once')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { revokeToken } = await connect().ask<{ revokeToken: { id: string; revokedAt: string | null } }>(
        'mutation RevokeToken($id: ID!) { revokeToken(id: $id) { id label revokedAt } }',
        { id },
      );
      output.result(revokeToken, `Token ${id} is revoked.`);
    });
}

/** @throws {UsageError} for a subject that is not there */
async function holderOf(client: Client, subject: string | undefined): Promise<Holder> {
  if (subject === undefined)
    return (await client.ask<{ me: Holder }>(`query MyTokens { me { ${TOKENS} } }`)).me;
  const query = `query Tokens($first: Int!, $after: String) {
    principals(first: $first, after: $after) { nodes { ${TOKENS} } pageInfo { hasNextPage endCursor } }
  }`;
  const all = await client.all(
    async (page) => (await client.ask<{ principals: Page<Holder> }>(query, page)).principals,
  );
  const found = all.find((each) => each.subject === subject);
  if (found === undefined) throw new UsageError(`--subject: there is no principal ${subject}`);
  return found;
}
