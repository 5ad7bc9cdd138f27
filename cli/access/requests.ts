import type { Command } from 'commander';
import type { Client } from '../api/client.js';
import { resolveAsset } from '../lineage/asset-name.js';
import { gather, instant, wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface AccessRequest {
  readonly id: string;
  readonly state: string;
  readonly requester: string;
  readonly namespace: string;
  readonly kind: string | null;
  readonly name: string | null;
  readonly actions: readonly string[];
  readonly role: string | null;
  readonly reason: string;
  readonly wantedUntil: string;
  readonly grantedUntil: string | null;
  readonly decidedBy: string | null;
  readonly policyLines: readonly string[];
}
const FIELDS =
  'id state requester namespace kind name actions role reason wantedUntil grantedUntil decidedBy policyLines';
const DAY_MS = 86_400_000;

interface TargetOptions {
  readonly asset?: string;
  readonly namespace?: string;
}

/** Adds what access is asked for to a command. */
export function withTarget(command: Command): Command {
  return command
    .option('--asset <name>', 'an asset: an id, a repository, KIND,NAME or KIND,NAMESPACE,NAME')
    .option('--namespace <name>', 'or a namespace, with all below it');
}

/** As the API takes it. */
export async function targetOf(
  client: Client,
  { asset, namespace }: TargetOptions,
): Promise<{ assetId?: string; namespace?: string }> {
  return {
    ...(asset !== undefined && { assetId: await resolveAsset(client, asset) }),
    ...(namespace !== undefined && { namespace }),
  };
}

/** What it is for, as a person reads it. */
export function placeOf({
  namespace,
  kind,
  name,
}: Pick<AccessRequest, 'namespace' | 'kind' | 'name'>): string {
  return kind === null ? namespace : `${kind}/${name} in ${namespace}`;
}

/** `access request|requests|approve|deny|withdraw|revoke|grants`, below the command `access`. */
export function addAccessRequests(access: Command, open: () => Session): void {
  withTarget(access.command('request'))
    .description('ask for access for yourself, for a time; who manages it decides')
    .option('--action <action>', 'e.g. read; several times for more', gather)
    .option('--role <role>', 'or a role of the policy files, in a namespace')
    .requiredOption('--reason <text>', 'what for')
    .option('--days <count>', 'for how many days, 1–365', wholeNumber('--days', 1, 365), 7)
    .option('--until <instant>', 'or until when', instant('--until'))
    .action(
      async (
        options: TargetOptions & {
          action?: readonly string[];
          role?: string;
          reason: string;
          days: number;
          until?: string;
        },
      ) => {
        const { output, connect } = open();
        const { action: actions, role, reason, days } = options;
        const until = options.until ?? new Date(Date.now() + days * DAY_MS).toISOString();
        const client = connect();
        const { requestAccess } = await client.ask<{ requestAccess: AccessRequest }>(
          `mutation RequestAccess($input: RequestAccessInput!) { requestAccess(input: $input) { ${FIELDS} } }`,
          { input: { ...(await targetOf(client, options)), actions, role, reason, until } },
        );
        output.result(requestAccess, `${requestAccess.id} waits for who manages ${placeOf(requestAccess)}.`);
      },
    );

  access
    .command('requests')
    .description('requests for access: yours, and those that you may decide on')
    .option('--state <state>', 'open, granted, denied, withdrawn, expired or revoked')
    .action(async ({ state }: { state?: string }) => {
      const { output, connect } = open();
      const nodes = await listed(connect, state);
      output.result(
        nodes,
        formatTable(
          ['id', 'state', 'who', 'what', 'where', 'until', 'reason'],
          nodes.map((one) => [
            ...[one.id, one.state, one.requester, one.role ?? one.actions.join(' '), placeOf(one)],
            ...[formatInstant(one.grantedUntil ?? one.wantedUntil), one.reason],
          ]),
        ),
      );
    });

  access
    .command('grants')
    .description('what is granted now, beside the policy files')
    .option('--as-policy', 'as lines of a policy file, for who wants to take it over')
    .action(async ({ asPolicy }: { asPolicy?: true }) => {
      const { output, connect } = open();
      const nodes = await listed(connect, 'granted');
      const lines = nodes.flatMap((one) => [
        `# ${one.id}: ${one.reason.replaceAll(/[#\s\p{C}]+/gu, ' ')} (granted by ${one.decidedBy})`,
        ...one.policyLines,
      ]);
      const table = formatTable(
        ['id', 'who', 'what', 'where', 'until'],
        nodes.map((one) => [
          ...[one.id, one.requester, one.role ?? one.actions.join(' '), placeOf(one)],
          formatInstant(one.grantedUntil),
        ]),
      );
      output.result(nodes, asPolicy ? lines.join('\n') : table);
    });

  access
    .command('approve')
    .description('grant what was asked for')
    .argument('<id>', 'e.g. GRANT-12')
    .requiredOption('--reason <text>', 'why')
    .option('--until <instant>', 'earlier than was asked for', instant('--until'))
    .action(async (id: string, { reason, until }: { reason: string; until?: string }) => {
      const { output, connect } = open();
      const { approveAccess: done } = await connect().ask<{ approveAccess: AccessRequest }>(
        `mutation ApproveAccess($id: ID!, $reason: String!, $until: DateTime) { approveAccess(id: $id, reason: $reason, until: $until) { ${FIELDS} } }`,
        { id, reason, until },
      );
      output.result(
        done,
        `${done.id} is granted to ${done.requester} until ${formatInstant(done.grantedUntil)}.`,
      );
    });

  for (const [name, mutation, description] of [
    ['deny', 'denyAccess', 'refuse what was asked for'],
    ['revoke', 'revokeAccess', 'end what was granted at once'],
  ] as const)
    access
      .command(name)
      .description(description)
      .argument('<id>', 'e.g. GRANT-12')
      .requiredOption('--reason <text>', 'why')
      .action(async (id: string, { reason }: { reason: string }) => {
        const { output, connect } = open();
        const answer = await connect().ask<Record<string, AccessRequest>>(
          `mutation Decide($id: ID!, $reason: String!) { ${mutation}(id: $id, reason: $reason) { ${FIELDS} } }`,
          { id, reason },
        );
        output.result(answer[mutation], `${answer[mutation]!.id} is ${answer[mutation]!.state}.`);
      });

  access
    .command('withdraw')
    .description('take an open request of your own back')
    .argument('<id>', 'e.g. GRANT-12')
    .action(async (id: string) => {
      const { output, connect } = open();
      const { withdrawAccessRequest: done } = await connect().ask<{ withdrawAccessRequest: AccessRequest }>(
        `mutation WithdrawAccessRequest($id: ID!) { withdrawAccessRequest(id: $id) { ${FIELDS} } }`,
        { id },
      );
      output.result(done, `${done.id} is ${done.state}.`);
    });
}

/** The latest 200. */
async function listed(connect: Session['connect'], state: string | undefined): Promise<AccessRequest[]> {
  const { accessRequests } = await connect().ask<{ accessRequests: { nodes: AccessRequest[] } }>(
    `query AccessRequests($state: AccessRequestState) { accessRequests(first: 200, state: $state) { nodes { ${FIELDS} } } }`,
    { state },
  );
  return accessRequests.nodes;
}
