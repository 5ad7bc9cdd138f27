import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Client, Page } from '../api/client.js';
import { parseRevisionAddress } from '../content/address.js';
import { EndedBadly, EXIT } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { formatFields, formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';

interface Endpoint {
  readonly name: string;
  readonly namespace: string;
  readonly desired: string;
  readonly observed: string;
  readonly reason: string | null;
  readonly url: string | null;
  readonly revision: {
    readonly number: number;
    readonly repository: string;
    readonly commitId: string;
    readonly path: string;
  } | null;
}
const FIELDS =
  'name namespace desired observed reason url revision { number repository commitId path sha256 createdAt }';
const POLL_MS = 500;

/** `deploy` and `endpoint list|show|stop`. */
export function addEndpoints(program: Command, open: () => Session): void {
  addDeploy(program, open);
  const endpoint = program.command('endpoint').description('endpoints: served names');

  endpoint
    .command('list')
    .description('endpoints you may see')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Endpoints($first: Int!, $after: String) {
        endpoints(first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
      }`;
      const endpoints = await client.all(
        async (page) => (await client.ask<{ endpoints: Page<Endpoint> }>(query, page)).endpoints,
      );
      output.result(endpoints, () =>
        formatTable(
          ['name', 'namespace', 'state', 'model'],
          endpoints.map(({ name, namespace, observed, revision }) => [
            name,
            namespace,
            observed,
            modelOf(revision),
          ]),
        ),
      );
    });

  endpoint
    .command('show')
    .description('one endpoint')
    .argument('<name>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const found = await findEndpoint(connect(), name);
      output.result(found, () => formatEndpoint(found));
    });

  endpoint
    .command('stop')
    .description('stop serving a name')
    .argument('<name>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const { stopEndpoint } = await connect().ask<{ stopEndpoint: Endpoint }>(
        `mutation StopEndpoint($name: String!) { stopEndpoint(name: $name) { ${FIELDS} } }`,
        { name },
      );
      output.result(stopEndpoint, `Endpoint ${name} is to stop; it is ${stopEndpoint.observed}.`);
    });
}

function addDeploy(program: Command, open: () => Session): void {
  program
    .command('deploy')
    .description('serve a model version under a name')
    .argument('<name>')
    .argument('<address>', 'REPO@REVISION[:PATH] of an ONNX file')
    .requiredOption('--namespace <namespace>', 'the place of the endpoint in the tree of namespaces')
    .option(
      '--wait [seconds]',
      'until it is ready, 60 s at most unless told',
      wholeNumber('--wait', 1, 86_400),
    )
    .action(async (name: string, address: string, options: { namespace: string; wait?: number | true }) => {
      const { output, connect } = open();
      const { repository, revision, path } = parseRevisionAddress(address);
      const client = connect();
      const { deployEndpoint } = await client.ask<{ deployEndpoint: Endpoint }>(
        `mutation Deploy($input: DeployEndpointInput!) { deployEndpoint(input: $input) { ${FIELDS} } }`,
        { input: { name, namespace: options.namespace, repository, revision, path } },
      );
      const seconds = options.wait === true ? 60 : (options.wait ?? 0);
      const last =
        seconds === 0 ? deployEndpoint : await waitUntilSettled(client, deployEndpoint, seconds * 1000);
      output.result(last, () => formatEndpoint(last));
      if (seconds > 0 && last.observed !== 'ready')
        throw new EndedBadly(last.observed === 'pending' ? EXIT.unavailable : EXIT.failure);
    });
}

async function waitUntilSettled(client: Client, endpoint: Endpoint, timeoutMs: number): Promise<Endpoint> {
  const deadline = Date.now() + timeoutMs;
  let last = endpoint;
  // A name that served before is ready at once, by its old revision: the new one is what counts.
  const isSettled = (): boolean =>
    last.revision?.number === endpoint.revision?.number && last.observed !== 'pending';
  do {
    await sleep(POLL_MS);
    last = await findEndpoint(client, endpoint.name);
  } while (!isSettled() && Date.now() < deadline);
  return last;
}

async function findEndpoint(client: Client, name: string): Promise<Endpoint> {
  const query = `query Endpoint($name: String!) { endpoint(name: $name) { ${FIELDS} } }`;
  return (await client.ask<{ endpoint: Endpoint }>(query, { name })).endpoint;
}

function formatEndpoint({ name, namespace, desired, observed, reason, url, revision }: Endpoint): string {
  return formatFields({
    endpoint: name,
    namespace,
    state: observed === desired || desired === 'serving' ? observed : `${observed}, to be ${desired}`,
    reason,
    url,
    revision: revision?.number,
    model: modelOf(revision),
  });
}

function modelOf(revision: Endpoint['revision']): string {
  return revision === null ? '-' : `${revision.repository}@${shortId(revision.commitId)}:${revision.path}`;
}
