import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { EndedBadly, EXIT, UsageError } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { formatFields, formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface Problem {
  readonly code: string;
  readonly message: string;
  readonly line?: number | null;
  readonly column?: number | null;
}

interface DatasetName {
  readonly namespace: string;
  readonly name: string;
}

/** What the service says of a statement; `refused` in the place of a status when it took it not. */
interface Answer {
  readonly status?: string;
  readonly refused?: string;
  readonly verb?: string;
  readonly problems?: readonly Problem[];
  readonly inputs?: readonly DatasetName[];
  readonly outputs?: readonly DatasetName[];
}

interface Statement {
  readonly id: string;
  readonly dialect: string;
  readonly source: string;
  readonly engineUser: string | null;
  readonly executedAt: string;
  readonly verb: string | null;
  readonly status: string;
  readonly problems: readonly Problem[];
  readonly text: string | null;
  readonly principal: string;
  readonly job: { readonly identityName: string } | null;
  readonly inputs: readonly { readonly identityName: string }[];
  readonly outputs: readonly { readonly identityName: string }[];
}
const FIELDS = `id dialect source engineUser executedAt verb status problems { code message line column } text principal
  job { identityName } inputs { identityName } outputs { identityName }`;

const DIALECTS = ['postgresql', 'trino'];

interface PostOptions {
  readonly dialect: string;
  readonly source?: string;
  readonly catalog?: string;
  readonly schema?: string;
  readonly user?: string;
  readonly time?: string;
  readonly queryId?: string;
  readonly dryRun?: boolean;
}

/** `statements post|list|show`. */
export function addStatements(program: Command, open: () => Session): void {
  const statements = program
    .command('statements')
    .description('SQL that query engines have run, and its lineage');

  statements
    .command('post')
    .description('tell what a file of SQL does; ends with 1 when a statement is unparsed or refused')
    .argument('<file>', 'SQL, several statements with semicolons')
    .addOption(new Option('--dialect <dialect>').choices(DIALECTS).makeOptionMandatory())
    .option('--source <url>', 'the engine: postgres://HOST:PORT or trino://HOST:PORT')
    .option('--catalog <name>', 'of names without one; in PostgreSQL the database')
    .option('--schema <name>', 'of names without one')
    .option('--user <name>', 'who ran it in the engine')
    .option('--time <instant>', 'when it ended; now by default')
    .option('--query-id <id>', "the engine's id of it")
    .option('--dry-run', 'store nothing, show the lineage of columns')
    .action(async (file: string, options: PostOptions) => {
      const { io, output, connect } = open();
      const body = await bodyOf(path.resolve(io.cwd, file), options);
      const route = options.dryRun === true ? '/api/v1/statements/analysis' : '/api/v1/statements';
      const answer = (await connect().json(route, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })) as { statements: readonly Answer[] };
      output.result(answer, () => formatAnswers(answer.statements));
      output.message(summaryOf(answer.statements));
      if (answer.statements.some(({ status }) => status === undefined || status === 'unparsed'))
        throw new EndedBadly(EXIT.failure);
    });

  statements
    .command('list')
    .description('statements that you may see, the latest first')
    .addOption(new Option('--status <status>').choices(['exact', 'partial', 'unparsed']))
    .addOption(new Option('--dialect <dialect>').choices(DIALECTS))
    .option('--source <url>')
    .option('--user <name>', 'who ran it in the engine')
    .option('--asset <id>', 'a dataset that it reads or writes')
    .option('--text <text>', 'somewhere in it')
    .option('-n, --limit <count>', 'statements at most', wholeNumber('--limit', 1, 100_000), 50)
    .action(async ({ limit, ...filter }: { limit: number; [name: string]: unknown }) => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Statements($filter: StatementFilterInput, $first: Int!, $after: String) {
        statements(filter: $filter, first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } } }`;
      const found = await client.all(
        async (page) =>
          (await client.ask<{ statements: Page<Statement> }>(query, { ...page, filter })).statements,
        limit,
      );
      output.result(found, () => formatList(found));
    });

  statements
    .command('show')
    .description('one statement, and what of it is not known')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const query = `query Statement($id: ID!) { statement(id: $id) { ${FIELDS} } }`;
      const { statement } = await connect().ask<{ statement: Statement }>(query, { id });
      output.result(statement, () => formatStatement(statement));
    });
}

async function bodyOf(file: string, options: PostOptions): Promise<object> {
  const { dialect, source, catalog, schema, user, time, queryId, dryRun } = options;
  if (dryRun !== true && source === undefined) throw new UsageError('--source: is needed without --dry-run');
  const sql = await readFile(file, 'utf8').catch((error: Error) => {
    throw new UsageError(`${file} cannot be read: ${error.message}`);
  });
  const text = { dialect, sql, source, defaultCatalog: catalog, defaultSchema: schema };
  return dryRun === true ? text : { ...text, user, time, queryId };
}

function formatAnswers(answers: readonly Answer[]): string {
  const rows = answers.map(({ status, refused, verb, problems, inputs, outputs }) => [
    status ?? 'refused',
    verb ?? '',
    namesOf(inputs),
    namesOf(outputs),
    refused ?? (problems ?? []).map(formatProblem).join('; '),
  ]);
  return formatTable(['status', 'verb', 'reads', 'writes', ''], rows);
}

function namesOf(names: readonly DatasetName[] | undefined): string {
  return (names ?? []).map(({ name }) => name).join(' ');
}

function formatProblem({ code, message, line, column }: Problem): string {
  const place = line === undefined || line === null ? '' : `${line}:${column}: `;
  return `${place}${message} (${code})`;
}

function summaryOf(answers: readonly Answer[]): string {
  const count = (wanted: string) => answers.filter(({ status = 'refused' }) => status === wanted).length;
  return ['exact', 'partial', 'unparsed', 'refused'].map((status) => `${count(status)} ${status}`).join(', ');
}

function formatList(statements: readonly Statement[]): string {
  return formatTable(
    ['id', 'ended', 'status', 'verb', 'writes', 'text'],
    statements.map(({ id, executedAt, status, verb, outputs, text }) => [
      ...[id, formatInstant(executedAt), status, verb ?? ''],
      outputs.map(({ identityName }) => identityName).join(' '),
      (text ?? '(withheld)').replace(/\s+/g, ' ').slice(0, 60),
    ]),
  );
}

function formatStatement({ inputs, outputs, problems, job, text, ...statement }: Statement): string {
  const names = (assets: readonly { identityName: string }[]) =>
    assets.map(({ identityName }) => identityName).join(' ');
  const fields = formatFields({
    id: statement.id,
    status: statement.status,
    verb: statement.verb,
    of: statement.source,
    ended: formatInstant(statement.executedAt),
    user: statement.engineUser,
    'posted by': statement.principal,
    job: job?.identityName,
    reads: names(inputs),
    writes: names(outputs),
  });
  return [fields, ...problems.map(formatProblem), '', text ?? '(the text is withheld)'].join('\n');
}
