import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface Principal {
  readonly subject: string;
  readonly kind: string;
  readonly displayName: string;
  readonly disabledAt: string | null;
}
const FIELDS = 'id subject kind name displayName attributes disabledAt';

/** `principal create|list|disable|link`. */
export function addPrincipals(program: Command, open: () => Session): void {
  const principal = program.command('principal').description('who can act (for administrators)');

  principal
    .command('create')
    .description('make a principal; what it may do, the policy files say')
    .argument('<name>')
    .addOption(new Option('--kind <kind>').choices(['user', 'service']).default('user'))
    .option('--display-name <text>')
    .action(async (name: string, input: { kind: string; displayName?: string }) => {
      const { output, connect } = open();
      const { createPrincipal } = await connect().ask<{ createPrincipal: Principal }>(
        `mutation CreatePrincipal($input: CreatePrincipalInput!) { createPrincipal(input: $input) { ${FIELDS} } }`,
        { input: { name, ...input } },
      );
      output.result(createPrincipal, `Made ${createPrincipal.subject}.`);
    });

  principal
    .command('list')
    .description('all principals')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Principals($first: Int!, $after: String) {
        principals(first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
      }`;
      const principals = await client.all(
        async (page) => (await client.ask<{ principals: Page<Principal> }>(query, page)).principals,
      );
      output.result(principals, () =>
        formatTable(
          ['subject', 'name', ''],
          principals.map(({ subject, displayName, disabledAt }) => [
            subject,
            displayName,
            disabledAt === null ? '' : 'disabled',
          ]),
        ),
      );
    });

  principal
    .command('disable')
    .description('end all access of a principal at once')
    .argument('<subject>', 'user:NAME or service:NAME')
    .action(async (subject: string) => {
      const { output, connect } = open();
      const { disablePrincipal } = await connect().ask<{ disablePrincipal: Principal }>(
        `mutation DisablePrincipal($subject: String!) { disablePrincipal(subject: $subject) { ${FIELDS} } }`,
        { subject },
      );
      output.result(disablePrincipal, `${subject} is disabled.`);
    });

  principal
    .command('link')
    .description('say that an identity of an identity provider is this principal')
    .argument('<subject>', 'user:NAME or service:NAME')
    .argument('<issuer>', 'URL of the identity provider, as its tokens say it in `iss`')
    .argument('<external-subject>', 'who it is there: `sub` of its tokens')
    .action(async (subject: string, issuer: string, externalSubject: string) => {
      const { output, connect } = open();
      const { linkIdentity } = await connect().ask<{ linkIdentity: Principal }>(
        `mutation LinkIdentity($input: LinkIdentityInput!) { linkIdentity(input: $input) { ${FIELDS} } }`,
        { input: { subject, issuer, externalSubject } },
      );
      output.result(linkIdentity, `${externalSubject} of ${issuer} is ${subject}.`);
    });
}
