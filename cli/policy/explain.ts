import type { Command } from 'commander';
import { UsageError } from '../exit-codes.js';
import { resolveAsset } from '../lineage/asset-name.js';
import type { Session } from '../session.js';
import { readableDirectory, toolkit } from './bundle-directory.js';
import { CONTEXT_OPTION, contextFrom } from './context.js';
import { placeOf } from './format-findings.js';

interface ExplainOptions {
  readonly dir?: string;
  readonly namespace?: string;
  readonly tags?: readonly string[];
  readonly groups?: readonly string[];
  readonly context?: readonly string[];
}

interface Explanation {
  readonly allowed: boolean;
  readonly reason: string;
  readonly masks: readonly string[];
  readonly filters: readonly string[];
  readonly matched: readonly (Place & {
    readonly rolePath: readonly string[];
    readonly tagPaths: readonly (readonly string[])[];
    readonly condition: string;
  })[];
  readonly nearMisses: readonly (Place & { readonly column: string; readonly reason: string })[];
  readonly nearMissTotal: number;
  readonly bundleVersion: string;
}

interface Place {
  readonly id: string;
  readonly effect: string;
  readonly file: string;
  readonly line: number;
}

const EXPLAIN = `query ExplainDecision($input: ExplainDecisionInput!, $context: PolicyContextInput) {
  explainDecision(input: $input, context: $context) {
    allowed reason rules masks filters bundleVersion nearMissTotal
    matched { id effect file line rolePath tagPaths condition }
    nearMisses { id effect file line column reason }
  }
}`;

/** `policy explain`. @param policy the command that it stands under */
export function addExplain(policy: Command, open: () => Session): void {
  policy
    .command('explain')
    .description('why somebody may or may not, and which rules miss by one column')
    .argument('<subject>', 'user:NAME or service:NAME')
    .argument('<action>', 'list, read, write, merge, manage, train, run, deploy, infer, emit or administer')
    .argument('<object>', 'KIND/NAME with --namespace, system/NAME, or an asset as `cairn asset` names it')
    .option('--namespace <namespace>', 'where KIND/NAME stands')
    .option('--tags <tags...>', 'classifications of KIND/NAME')
    .option('--groups <groups...>', 'group:NAME; those of the principal when absent')
    .option('--dir <directory>', 'asks the policy of a folder, and no service')
    .option(...CONTEXT_OPTION)
    .action(async (subject: string, action: string, object: string, options: ExplainOptions) => {
      const session = open();
      const asked = { subject, action, groups: options.groups };
      const explanation = await (options.dir === undefined
        ? askService(session, asked, object, options)
        : askDirectory(session, options.dir, asked, object, options));
      session.output.result(explanation, () => formatExplanation(options.dir ?? '', explanation));
    });
}

interface Asked {
  readonly subject: string;
  readonly action: string;
  readonly groups?: readonly string[] | undefined;
}

async function askService(
  { connect }: Session,
  asked: Asked,
  object: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const client = connect();
  const isAsset = options.namespace === undefined && !object.startsWith('system/');
  if (isAsset && options.tags !== undefined) throw new UsageError('--tags is for KIND/NAME with --namespace');
  const input = isAsset
    ? { ...asked, assetId: await resolveAsset(client, object) }
    : { ...asked, ...objectOf(object, options) };
  const { explainDecision } = await client.ask<{ explainDecision: Explanation }>(EXPLAIN, {
    input,
    context: contextFrom(options.context),
  });
  return explainDecision;
}

async function askDirectory(
  session: Session,
  directory: string,
  asked: Asked,
  object: string,
  options: ExplainOptions,
): Promise<Explanation> {
  const { CompiledPolicy, explain, filterTexts, maskTexts, parseRequest, InvalidInputError } =
    await toolkit();
  const { report } = await readableDirectory(session, directory);
  try {
    const request = parseRequest({
      ...{ ...asked, ...objectOf(object, options) },
      context: contextFrom(options.context),
    });
    const explanation = explain(new CompiledPolicy(report.bundle), request);
    return { ...explanation, masks: maskTexts(explanation), filters: filterTexts(explanation) };
  } catch (error) {
    throw error instanceof InvalidInputError ? new UsageError(error.message) : error;
  }
}

function objectOf(object: string, { namespace, tags }: ExplainOptions): Readonly<Record<string, unknown>> {
  const slash = object.indexOf('/');
  if (slash < 1) throw new UsageError(`${object}: write KIND/NAME, such as dataset/orders`);
  const kind = object.slice(0, slash);
  const place = kind === 'system' ? '*' : namespace;
  if (place === undefined) throw new UsageError('--namespace is required: where does the object stand?');
  return { namespace: place, kind, name: object.slice(slash + 1), tags: tags ?? [] };
}

function formatExplanation(directory: string, explanation: Explanation): string {
  const { allowed, reason, masks, filters, matched, nearMisses, nearMissTotal, bundleVersion } = explanation;
  const rule = ({ effect, id, file, line }: Place): string =>
    `  ${effect.padEnd(6)} ${id} (${file === '' ? 'granted, in no file' : placeOf(directory, file, line)})`;
  const lines = [
    `${allowed ? 'allowed' : 'denied'}: ${reason}${masks.length === 0 ? '' : `, with ${masks.join(', ')}`}`,
    ...filters.map((filter) => `  only rows where ${filter}`),
    ...matched.map((each) => {
      const ways = [each.rolePath, ...each.tagPaths].map((way) => way.join(' → '));
      return `${rule(each)}  ${ways.join('; ')}${each.condition === 'unknown' ? '  (its condition is not known)' : ''}`;
    }),
  ];
  if (nearMisses.length > 0) {
    lines.push('would have matched but for one column:');
    lines.push(...nearMisses.map((each) => `${rule(each)}  ${each.column}: ${each.reason}`));
    if (nearMissTotal > nearMisses.length) lines.push(`  and ${nearMissTotal - nearMisses.length} more`);
  }
  return [...lines, `policy ${bundleVersion}`].join('\n');
}
