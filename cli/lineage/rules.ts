import { type Command, Option } from 'commander';
import { UsageError } from '../exit-codes.js';
import { wholeNumber } from '../output/arguments.js';
import { formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';

const KINDS = ['namespace', 'template', 'statement', 'same', 'apart', 'off'] as const;
const RULE = 'id kind space from { namespace name } to { namespace name } rule author reason createdAt';
const ENDED = 'removedAt removedBy removalReason';
const NAMED = 'id identityNamespace identityName';
const PREVIEW = `changes names { name { ${NAMED} } from { ${NAMED} } to { ${NAMED} } toNamespace toName reason }`;
const REASON = '--reason <why>';

interface Spelling {
  readonly namespace: string;
  readonly name?: string | null;
}

interface RuleInput {
  readonly kind: string;
  readonly space?: string | undefined;
  readonly from?: Spelling | undefined;
  readonly to?: Spelling | undefined;
  readonly rule?: string | undefined;
}

interface Rule extends RuleInput {
  readonly id: string;
  readonly author: string;
  readonly reason: string;
  readonly createdAt: string;
  readonly removedAt?: string | null;
}

interface Named {
  readonly identityNamespace: string;
  readonly identityName: string;
}

interface Preview {
  readonly changes: number;
  readonly names: readonly {
    readonly name: Named;
    readonly from: Named | null;
    readonly toNamespace: string | null;
    readonly toName: string | null;
    readonly reason: string;
  }[];
}

interface RuleOptions {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly jobs?: boolean;
  readonly rule?: string;
}

/** `lineage rules list|preview|add|remove`. @param lineage the command that they stand under */
export function addRules(lineage: Command, open: () => Session): void {
  const rules = lineage
    .command('rules')
    .description('by which names of datasets and jobs are of one asset; for administrators');
  addList(rules, open);

  ruled(rules.command('preview').description('what a rule would do; nothing changes')).action(
    async (kind: string, options: RuleOptions) => {
      const { output, connect } = open();
      const { previewIdentityRule: preview } = await connect().ask<{ previewIdentityRule: Preview }>(
        `query PreviewIdentityRule($input: IdentityRuleInput!) { previewIdentityRule(input: $input) { ${PREVIEW} } }`,
        { input: inputOf(kind, options) },
      );
      output.result(preview, () => formatPreview(preview));
    },
  );

  ruled(rules.command('add').description('what is in the graph already follows it too'))
    .requiredOption(REASON, 'kept with the rule')
    .action(async (kind: string, { reason, ...options }: RuleOptions & { reason: string }) => {
      const { output, connect } = open();
      const { addIdentityRule: added } = await connect().ask<{ addIdentityRule: Change }>(
        `mutation AddIdentityRule($input: IdentityRuleInput!, $reason: String!) {
          addIdentityRule(input: $input, reason: $reason) { rule { ${RULE} } changes }
        }`,
        { input: inputOf(kind, options), reason },
      );
      output.result(added, `Rule ${added.rule.id}: ${namesOf(added.changes)} for another asset than before.`);
    });

  rules
    .command('remove')
    .description('the graph is as if the rule had never been there')
    .argument('<id>', 'of the rule, as `lineage rules list` shows it')
    .option(REASON, 'kept with the rule')
    .option('--preview', 'only say what it would do')
    .action(async (id: string, { reason, preview }: { reason?: string; preview?: boolean }) => {
      if (preview !== true && reason === undefined)
        throw new UsageError('--reason is required, unless --preview is given');
      const { output, connect } = open();
      if (preview === true) {
        const query = `query PreviewIdentityRuleRemoval($id: ID!) { previewIdentityRuleRemoval(id: $id) { ${PREVIEW} } }`;
        const found = await connect().ask<{ previewIdentityRuleRemoval: Preview }>(query, { id });
        output.result(found.previewIdentityRuleRemoval, () =>
          formatPreview(found.previewIdentityRuleRemoval),
        );
        return;
      }
      const { removeIdentityRule: removed } = await connect().ask<{ removeIdentityRule: Change }>(
        `mutation RemoveIdentityRule($id: ID!, $reason: String!) {
          removeIdentityRule(id: $id, reason: $reason) { rule { ${RULE} ${ENDED} } changes }
        }`,
        { id, reason },
      );
      output.result(
        removed,
        `Rule ${id} is removed: ${namesOf(removed.changes)} for another asset than before.`,
      );
    });
}

interface Change {
  readonly rule: Rule;
  readonly changes: number;
}

function addList(rules: Command, open: () => Session): void {
  rules
    .command('list')
    .description('those that were made here, the latest first')
    .option('--all', 'also those that were removed')
    .option('--builtin', 'those that come with Cairn, in their order')
    .option('-n, --limit <count>', 'at most', wholeNumber('--limit', 1, 200), 50)
    .action(async ({ all, builtin, limit }: { all?: boolean; builtin?: boolean; limit: number }) => {
      const { output, connect } = open();
      if (builtin === true) {
        const { builtinIdentityRules: known } = await connect().ask<{
          builtinIdentityRules: readonly { id: string; summary: string; isOff: boolean }[];
        }>(
          'query BuiltinIdentityRules { builtinIdentityRules { id summary isOff examples { from { namespace name } to { namespace name } } } }',
        );
        output.result(known, () =>
          formatTable(
            ['id', '', 'what it does'],
            known.map(({ id, summary, isOff }) => [id, isOff ? 'off' : 'on', summary]),
          ),
        );
        return;
      }
      const { identityRules } = await connect().ask<{ identityRules: { nodes: readonly Rule[] } }>(
        `query IdentityRules($first: Int!, $withRemoved: Boolean!) {
          identityRules(first: $first, withRemoved: $withRemoved) { nodes { ${RULE} ${ENDED} } }
        }`,
        { first: limit, withRemoved: all === true },
      );
      output.result(identityRules.nodes, () =>
        identityRules.nodes.length === 0
          ? 'No rule was made here.'
          : formatTable(['id', 'rule', 'by', 'made', 'removed', 'why'], identityRules.nodes.map(rowOf)),
      );
    });
}

function ruled(command: Command): Command {
  return command
    .argument('<kind>', KINDS.join(', '))
    .addOption(
      new Option('--from <names...>', 'a namespace, and a name unless the rule is about the namespace'),
    )
    .addOption(new Option('--to <names...>', 'what is shown in its place'))
    .option('--jobs', 'the names are of jobs, not of datasets')
    .option('--rule <id>', 'of the rule that comes with Cairn and is to be off');
}

/** @throws {UsageError} */
function inputOf(kind: string, { from, to, jobs, rule }: RuleOptions): RuleInput {
  if (!KINDS.some((known) => known === kind))
    throw new UsageError(`${JSON.stringify(kind)}: must be one of ${KINDS.join(', ')}`);
  return {
    kind,
    space: jobs === true ? 'job' : undefined,
    from: spellingOf(from, '--from'),
    to: spellingOf(to, '--to'),
    rule,
  };
}

function spellingOf(words: readonly string[] | undefined, option: string): Spelling | undefined {
  if (words === undefined) return undefined;
  const [namespace, name, ...rest] = words;
  if (rest.length > 0)
    throw new UsageError(`${option} takes a namespace and a name, not ${words.length} words`);
  return { namespace: namespace!, ...(name !== undefined && { name }) };
}

function rowOf({ id, kind, from, to, rule, author, createdAt, removedAt, reason }: Rule): string[] {
  const said = [kind, rule, from && spelled(from), to && `→ ${spelled(to)}`].filter(Boolean).join(' ');
  const removed = removedAt ? formatInstant(removedAt) : '';
  return [id, said, author, formatInstant(createdAt), removed, reason];
}

function formatPreview({ changes, names }: Preview): string {
  const shown = names.map(({ name, from, toNamespace, toName, reason }) => {
    const before = from === null ? '' : `  now ${shownAs(from)}\n`;
    const after = toName === null ? 'what you may not see' : `${toNamespace} ${toName}`;
    return `${shownAs(name)}\n${before}  → ${after}${reason === '' ? '' : `  by ${reason}`}`;
  });
  const rest = changes - names.length;
  if (rest > 0) shown.push(`… and ${rest} more`);
  return [`${namesOf(changes)} for another asset.`, ...shown].join('\n');
}

function namesOf(count: number): string {
  return count === 1 ? '1 name stands' : `${count} names stand`;
}

function spelled({ namespace, name }: Spelling): string {
  return name ? `${namespace} ${name}` : namespace;
}

function shownAs({ identityNamespace, identityName }: Named): string {
  return `${identityNamespace} ${identityName}`;
}
