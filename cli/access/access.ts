import type { Command } from 'commander';
import { resolveAsset } from '../lineage/asset-name.js';
import type { Session } from '../session.js';
import { addAccessRequests } from './requests.js';

/** `access explain`, and what is asked for and granted. */
export function addAccess(program: Command, open: () => Session): void {
  const access = program.command('access').description('who may do what, and why; asking for access');
  addAccessRequests(access, open);
  access
    .command('explain')
    .description('the decision for an action on an asset, with the rules that made it')
    .argument('<action>', 'list, read, write, merge, manage, train, run, deploy, infer or emit')
    .argument('<asset>', 'an id, a repository, KIND,NAME of what Cairn manages, or KIND,NAMESPACE,NAME')
    .option('--subject <subject>', 'user:NAME or service:NAME; yourself when absent')
    .action(async (action: string, name: string, { subject }: { subject?: string }) => {
      const { output, connect } = open();
      const client = connect();
      const assetId = await resolveAsset(client, name);
      const query = `query Explain($subject: String, $action: String!, $assetId: ID!) {
        explainAccess(subject: $subject, action: $action, assetId: $assetId) {
          allowed reason rules bundleVersion matched { id effect rolePath tagPaths } masks { column mask } filters { rule filter }
        }
      }`;
      const { explainAccess } = await client.ask<{ explainAccess: Decision }>(query, {
        subject,
        action,
        assetId,
      });
      output.result(explainAccess, () => formatDecision(explainAccess));
    });
}

interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly bundleVersion: string;
  readonly matched: readonly {
    readonly id: string;
    readonly effect: string;
    readonly rolePath: readonly string[];
    readonly tagPaths: readonly (readonly string[])[];
  }[];
  readonly masks: readonly { readonly column: string; readonly mask: string }[];
  readonly filters: readonly { readonly rule: string; readonly filter: string }[];
}

/** The decision, each rule that matched with the way it came to hold (over roles, and over classifications), what is masked and filtered. */
function formatDecision({ allowed, reason, matched, masks, filters, bundleVersion }: Decision): string {
  const rules = matched.map(({ id, effect, rolePath, tagPaths }) => {
    const ways = [rolePath, ...tagPaths].filter((way) => way.length > 0).map((way) => way.join(' → '));
    return `  ${effect.padEnd(6)} ${id}  ${ways.join('; ')}`.trimEnd();
  });
  const done = [
    ...masks.map(({ column, mask }) => `column ${column} is masked by ${mask}`),
    ...filters.map(({ rule, filter }) => `rows are those of ${rule}: ${filter}`),
  ];
  return [`${allowed ? 'allowed' : 'denied'}: ${reason}`, ...rules, ...done, `policy ${bundleVersion}`].join(
    '\n',
  );
}
