import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { ExportTarget } from '../lineage/export-target.js';
import { instant, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatSize, formatTable } from '../output/format.js';
import { fileOf } from '../output/target-file.js';
import type { Session } from '../session.js';

interface AuditRecord {
  readonly id: string;
  readonly at: string;
  readonly kind: string;
  readonly subject: string | null;
  readonly action: string | null;
  readonly object: string | null;
  readonly isAllowed: boolean | null;
}

interface FilterOptions {
  readonly from?: string;
  readonly to?: string;
  readonly subject?: string;
  readonly asset?: string;
  readonly namespace?: string;
  readonly action?: string;
  readonly kind?: string;
  readonly denied?: boolean;
}

const KINDS = ['decision', 'list', 'change', 'opened', 'closed', 'retired'];

/** `audit list` and `audit export`. */
export function addRecords(audit: Command, open: () => Session): void {
  filtered(audit.command('list'))
    .description('what was decided and changed, newest first')
    .option('-n, --limit <count>', 'at most', wholeNumber('--limit', 1, 10_000), 50)
    .action(async ({ limit, ...options }: FilterOptions & { limit: number }) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query AuditRecords($first: Int!, $after: String, $filter: AuditFilterInput) {
        auditRecords(first: $first, after: $after, filter: $filter) {
          nodes { id at kind subject action object isAllowed said } pageInfo { hasNextPage endCursor } } }`;
      const filter = filterOf(options);
      const records = await client.all(
        async (page) =>
          (await client.ask<{ auditRecords: Page<AuditRecord> }>(query, { ...page, filter })).auditRecords,
        limit,
      );
      output.result(records, () =>
        formatTable(['when', 'who', 'what', 'where', 'answer', 'id'], records.map(rowOf)),
      );
    });

  filtered(audit.command('export'))
    .description('records for a SIEM, oldest first; or all evidence for `audit verify FILE`')
    .addOption(
      new Option('--format <format>', 'JSON lines, OCSF 1.3 events, or evidence, which has no filters')
        .choices(['json', 'ocsf', 'evidence'])
        .default('json'),
    )
    .option('-o, --output <file>', 'instead of standard output')
    .action(
      async ({ format, output: named, ...options }: FilterOptions & { format: string; output?: string }) => {
        const { io, output, connect } = open();
        const file = fileOf(named);
        const query = new URLSearchParams({ format });
        for (const [name, value] of Object.entries(filterOf(options))) query.set(name, String(value));
        const route = format === 'evidence' ? '/api/v1/audit/evidence' : `/api/v1/audit/export?${query}`;
        const target = await ExportTarget.open(io, file, 'records');
        try {
          const { body } = await connect().request(route);
          await target.take(body as unknown as AsyncIterable<Uint8Array>);
          await target.keep();
        } finally {
          await target.close();
        }
        if (file === undefined) return;
        const { lines, bytes: sizeBytes } = target;
        output.result(
          { file, lines, sizeBytes },
          `Exported ${lines} lines, ${formatSize(sizeBytes)}, to ${file}.`,
        );
      },
    );
}

function filtered(command: Command): Command {
  return command
    .option('--from <instant>', 'not before', instant('--from'))
    .option('--to <instant>', 'before', instant('--to'))
    .option('--subject <subject>', 'user:NAME or service:NAME')
    .option('--asset <asset>', 'KIND/NAME, e.g. dataset/orders')
    .option('--namespace <namespace>', 'where it stands')
    .option('--action <action>', 'e.g. write, or token.issued')
    .addOption(new Option('--kind <kind>', 'of record').choices(KINDS))
    .option('--denied', 'only what was refused');
}

function filterOf({ denied, ...filter }: FilterOptions): Record<string, string | boolean> {
  const given = Object.entries(filter).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { ...Object.fromEntries(given), ...(denied === true && { deniedOnly: true }) };
}

function rowOf({ id, at, kind, subject, action, object, isAllowed }: AuditRecord): string[] {
  const answer = isAllowed === null ? kind : isAllowed ? 'allowed' : 'denied';
  return [formatInstant(at), subject ?? '-', action ?? '-', object ?? '-', answer, id];
}
