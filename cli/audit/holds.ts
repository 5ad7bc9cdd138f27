import type { Command } from 'commander';
import { instant } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface Hold {
  readonly id: string;
  readonly subject: string | null;
  readonly asset: string | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string;
  readonly author: string;
  readonly createdAt: string;
}

const FIELDS = 'id subject asset from to reason author createdAt';

/** `audit hold add|list|remove`. */
export function addHolds(audit: Command, open: () => Session): void {
  const hold = audit.command('hold').description('legal holds: records that retention must not end');

  hold
    .command('add')
    .description('keep the months with records of a subject, an asset or a period')
    .requiredOption('--reason <text>', 'why')
    .option('--subject <subject>', 'user:NAME or service:NAME')
    .option('--asset <asset>', 'KIND/NAME, e.g. dataset/orders')
    .option('--from <instant>', 'not before', instant('--from'))
    .option('--to <instant>', 'before', instant('--to'))
    .action(async (input: Record<string, string>) => {
      const { output, connect } = open();
      const { addAuditHold: added } = await connect().ask<{ addAuditHold: Hold }>(
        `mutation AddAuditHold($input: AddAuditHoldInput!) { addAuditHold(input: $input) { ${FIELDS} } }`,
        { input },
      );
      output.result(added, `Hold ${added.id} is in force.`);
    });

  hold
    .command('list')
    .description('holds in force, oldest first')
    .action(async () => {
      const { output, connect } = open();
      const { auditHolds: holds } = await connect().ask<{ auditHolds: readonly Hold[] }>(
        `query AuditHolds { auditHolds { ${FIELDS} } }`,
      );
      output.result(holds, () =>
        holds.length === 0
          ? 'Nothing is held.'
          : formatTable(
              ['id', 'subject', 'asset', 'from', 'to', 'by', 'why'],
              holds.map(({ id, subject, asset, from, to, author, reason }) => [
                ...[id, subject ?? '-', asset ?? '-', formatInstant(from), formatInstant(to), author, reason],
              ]),
            ),
      );
    });

  hold
    .command('remove')
    .description('end a hold')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      await connect().ask('mutation RemoveAuditHold($id: ID!) { removeAuditHold(id: $id) { id } }', { id });
      output.result({ id }, `Hold ${id} has ended.`);
    });
}
