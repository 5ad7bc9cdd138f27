import type { Command } from 'commander';
import type { Client, Page } from '../api/client.js';
import { formatFields, formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { type Operation, OPERATION_FIELDS, waitForOperation } from './operation.js';

/** `operation list|show|wait|cancel`. */
export function addOperations(program: Command, open: () => Session): void {
  const group = program
    .command('operation')
    .description('long work of the service: it goes on without you, and after a restart');

  group
    .command('list')
    .description('operations of a repository, newest first')
    .argument('<repo>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const client = connect();
      const operations = await client.all(async (page) => {
        const query = `query Operations($name: String!, $first: Int!, $after: String) { repository(name: $name) {
          operations(first: $first, after: $after) { nodes { ${OPERATION_FIELDS} } pageInfo { hasNextPage endCursor } } } }`;
        const answer = await client.ask<{ repository: { operations: Page<Operation> } }>(query, {
          name,
          ...page,
        });
        return answer.repository.operations;
      }, 200);
      output.result(operations, () =>
        formatTable(
          ['id', 'kind', 'state', 'progress', 'by', 'since'],
          operations.map((each) => [
            ...[each.id, each.kind, each.state, progressOf(each)],
            ...[each.requestedBy, formatInstant(each.createdAt)],
          ]),
        ),
      );
    });

  group
    .command('show')
    .description('one operation')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const operation = await find(connect(), id);
      output.result(operation, () => describe(operation));
    });

  group
    .command('wait')
    .description('wait for the end of an operation')
    .argument('<id>')
    .action(async (id: string) => {
      const { io, output, connect } = open();
      const operation = await waitForOperation(io, connect(), id);
      output.result(operation, () => describe(operation));
    });

  group
    .command('cancel')
    .description('end an operation before it is done; nothing of it stays')
    .argument('<id>')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { cancelOperation } = await connect().ask<{ cancelOperation: Operation }>(
        `mutation Cancel($id: ID!) { cancelOperation(id: $id) { ${OPERATION_FIELDS} } }`,
        { id },
      );
      output.result(cancelOperation, () => `Operation ${id} is ${cancelOperation.state}.`);
    });
}

async function find(client: Client, id: string): Promise<Operation> {
  const query = `query Operation($id: ID!) { operation(id: $id) { ${OPERATION_FIELDS} } }`;
  return (await client.ask<{ operation: Operation }>(query, { id })).operation;
}

function progressOf({ progress: { done, total, unit } }: Operation): string {
  return `${done}${total === null ? '' : `/${total}`}${unit === null ? '' : ` ${unit}`}`;
}

function describe(operation: Operation): string {
  const { id, kind, state, result, problem, requestedBy, createdAt, finishedAt } = operation;
  return formatFields({
    ...{ id, kind, state, progress: progressOf(operation), by: requestedBy },
    ...{ began: formatInstant(createdAt), ended: formatInstant(finishedAt) },
    result: result === null ? null : JSON.stringify(result),
    problem: problem?.message,
  });
}
