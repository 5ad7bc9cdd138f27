import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { gather, parseParameter, wholeNumber } from '../output/arguments.js';
import { formatFields, formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface Connection {
  readonly name: string;
  readonly type: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly tables: number;
  readonly subject: string;
  readonly succeededAt: string | null;
  readonly staleSince: string | null;
  readonly problem: string | null;
}
const FIELDS = 'name type settings subject tables succeededAt staleSince problem nextScanAt';

interface ConnectOptions {
  readonly type: string;
  readonly set: readonly string[];
  readonly credentials?: string;
  readonly subject?: string;
  readonly interval: number;
}

/** `catalog connect|list|show|scan|remove`. */
export function addCatalogs(program: Command, open: () => Session): void {
  const catalog = program
    .command('catalog')
    .description('external sources whose tables are looked at (for administrators)');

  catalog
    .command('connect')
    .description('connect a source and scan it')
    .argument('<name>')
    .addOption(new Option('--type <type>').choices(['postgres', 's3']).makeOptionMandatory())
    .option(
      '-s, --set <key=value>',
      'how it is reached; postgres: host, port, database, tls; s3: bucket, prefix, endpoint, region',
      gather,
      [],
    )
    .option('--credentials <name>', 'X for the files X/username and X/password in CAIRN_CREDENTIALS_DIR')
    .option('--subject <subject>', 'whose `emit` rights the events need; yours by default')
    .option('--interval <seconds>', 'between two scans', wholeNumber('--interval', 10, 604_800), 3600)
    .action(async (name: string, { set, interval, ...rest }: ConnectOptions) => {
      const { output, connect } = open();
      const { createCatalogConnection } = await connect().ask<{ createCatalogConnection: Connection }>(
        `mutation CreateCatalogConnection($input: CreateCatalogConnectionInput!) {
          createCatalogConnection(input: $input) { ${FIELDS} } }`,
        {
          input: {
            name,
            ...rest,
            settings: Object.fromEntries(set.map((text) => parseParameter('--set', text))),
            intervalSeconds: interval,
          },
        },
      );
      output.result(
        createCatalogConnection,
        `${name} is connected and being scanned; \`cairn catalog show ${name}\` tells how far it is.`,
      );
    });

  catalog
    .command('list')
    .description('all connections')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const query = `query CatalogConnections($first: Int!, $after: String) {
        catalogConnections(first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
      const connections = await client.all(
        async (page) =>
          (await client.ask<{ catalogConnections: Page<Connection> }>(query, page)).catalogConnections,
      );
      output.result(connections, () =>
        formatTable(
          ['name', 'type', 'tables', 'seen', ''],
          connections.map(({ name, type, tables, succeededAt, staleSince }) => [
            ...[name, type, String(tables), succeededAt === null ? 'never' : formatInstant(succeededAt)],
            staleSince === null ? '' : `stale since ${formatInstant(staleSince)}`,
          ]),
        ),
      );
    });

  const named = (
    action: string,
    operation: string,
    description: string,
    text: (connection: Connection) => string,
  ): void => {
    catalog
      .command(action)
      .description(description)
      .argument('<name>')
      .action(async (name: string) => {
        const { output, connect } = open();
        const answer = await connect().ask<Record<string, Connection>>(
          `${action === 'show' ? 'query' : 'mutation'} Catalog($name: String!) { ${operation}(name: $name) { ${FIELDS} } }`,
          { name },
        );
        output.result(answer[operation], text(answer[operation]!));
      });
  };
  named('show', 'catalogConnection', 'one connection, and why it is stale if it is', formatConnection);
  named('scan', 'scanCatalogConnection', 'scan a source now', ({ name }) => `${name} is being scanned.`);
  named(
    'remove',
    'removeCatalogConnection',
    'look at a source no more; what lineage knows of it stays',
    ({ name }) => `${name} is looked at no more.`,
  );
}

function formatConnection({ settings, succeededAt, staleSince, ...rest }: Connection): string {
  return formatFields({
    ...rest,
    tables: String(rest.tables),
    settings: Object.entries(settings)
      .map(([key, value]) => `${key}=${String(value)}`)
      .join(' '),
    'seen whole': succeededAt === null ? 'never' : formatInstant(succeededAt),
    'stale since': staleSince === null ? undefined : formatInstant(staleSince),
    problem: rest.problem ?? undefined,
  });
}
