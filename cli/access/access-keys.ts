import type { Command } from 'commander';
import { wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { type ScopeOptions, scopeOf, withScope } from './scope-options.js';

interface AccessKey {
  readonly id: string;
  readonly label: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}
const FIELDS = 'id label createdAt expiresAt lastUsedAt revokedAt';

/** `access-keys create|list|revoke`. */
export function addAccessKeys(program: Command, open: () => Session): void {
  const keys = program.command('access-keys').description('keys for the S3 gateway');

  withScope(keys.command('create'))
    .description(
      'make a key for yourself. It is printed once, as the two variables that S3 clients read, alone on standard output',
    )
    .option('--label <text>', 'what it is for', 'made by cairn')
    .option('--days <count>', 'how long it lasts, 1–366', wholeNumber('--days', 1, 366))
    .action(async (options: ScopeOptions & { label: string; days?: number }) => {
      const { label, days } = options;
      const { output, connect } = open();
      const { createAccessKey } = await connect().ask<{
        createAccessKey: { secret: string; accessKey: AccessKey };
      }>(
        `mutation CreateAccessKey($input: CreateAccessKeyInput!) { createAccessKey(input: $input) { secret accessKey { ${FIELDS} } } }`,
        { input: { label, expiresInDays: days, ...scopeOf(options) } },
      );
      const { secret, accessKey } = createAccessKey;
      output.message(
        `Access key ${accessKey.id}, until ${formatInstant(accessKey.expiresAt)}. Its secret is not shown again:`,
      );
      output.result(
        createAccessKey,
        `export AWS_ACCESS_KEY_ID=${accessKey.id}\nexport AWS_SECRET_ACCESS_KEY=${secret}`,
      );
    });

  keys
    .command('list')
    .description('your keys, or as an administrator those of others')
    .option('--subject <subject>', 'user:NAME or service:NAME; yourself when absent')
    .action(async ({ subject }: { subject?: string }) => {
      const { output, connect } = open();
      const { accessKeys } = await connect().ask<{ accessKeys: readonly AccessKey[] }>(
        `query AccessKeys($subject: String) { accessKeys(subject: $subject) { ${FIELDS} } }`,
        { subject },
      );
      output.result(accessKeys, () =>
        formatTable(
          ['id', 'for', 'last used', 'until', ''],
          accessKeys.map(({ id, label, lastUsedAt, expiresAt, revokedAt }) => [
            ...[id, label, formatInstant(lastUsedAt), formatInstant(expiresAt)],
            revokedAt === null ? '' : 'revoked',
          ]),
        ),
      );
    });

  keys
    .command('revoke')
    .description('end a key at once')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { revokeAccessKey } = await connect().ask<{ revokeAccessKey: AccessKey }>(
        `mutation RevokeAccessKey($id: ID!) { revokeAccessKey(id: $id) { ${FIELDS} } }`,
        { id },
      );
      output.result(revokeAccessKey, `Access key ${id} is revoked.`);
    });
}
