import type { Command } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import { formatInstant } from '../output/format.js';
import type { Session } from '../session.js';
import { type ScopeOptions, scopeOf, withScope } from './scope-options.js';

interface IssuedToken {
  readonly secret: string;
  readonly token: { readonly id: string; readonly expiresAt: string | null };
}

/** `token issue|revoke`. */
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
