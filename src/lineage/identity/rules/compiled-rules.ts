import type { AssetIdentity } from '../../../catalog/index.js';
import { BUILTIN_RULES, TOLD_RULES } from './builtin-rules.js';
import type { StoredRule } from './rule.js';
import { isSameSpelling, MAX_SPELLING_CHARS, type Spelling } from './spelling.js';
import { nameOfStatement } from './statement.js';
import { fillTemplate, matchTemplate, parseTemplate, type Template } from './template.js';

/** An identity as the rules spell it. */
export interface Spelled {
  readonly identity: AssetIdentity;
  /** Ids of the rules that changed it, in order. */
  readonly ruleIds: readonly string[];
}

/** Two names that a rule of the installation says to be one, or two. */
export interface RulePair {
  readonly ruleId: string;
  readonly from: AssetIdentity;
  readonly to: AssetIdentity;
}

/** One step of spelling. */
interface Step {
  readonly id: string;
  readonly spell: (given: Spelling) => Spelling;
}

/** A rule that names jobs by their statement. */
interface StatementRule {
  readonly id: string;
  readonly names: (given: Spelling) => boolean;
}

/** Times that rules are gone over. A spelling that is still changing then is left as the rules that come with Cairn have it. */
const MAX_ROUNDS = 16;

const TRINO_QUERY = /^\d{8}_\d{6}_\d{5}_[a-z0-9]{5}$/;

/** All rules of an installation, ready to be applied. Pure: the same rules spell the same identity the same way. */
export class CompiledRules {
  /** Whether events join what they call symlinks, and what they rename. */
  readonly takesSymlinks: boolean;
  readonly takesRenames: boolean;
  readonly same: readonly RulePair[];
  readonly apart: readonly RulePair[];
  private readonly builtin: readonly Step[];
  private readonly ofData: readonly Step[];
  private readonly ofJobs: readonly Step[];
  private readonly statements: readonly StatementRule[];

  /** @param stored in the order of their making */
  constructor(stored: readonly StoredRule[]) {
    const off = new Set(
      stored.flatMap(({ definition }) => (definition.kind === 'off' ? [definition.rule] : [])),
    );
    this.takesSymlinks = !off.has(TOLD_RULES.symlinks.id);
    this.takesRenames = !off.has(TOLD_RULES.renames.id);
    this.builtin = BUILTIN_RULES.flatMap(({ id, spell }) =>
      spell === undefined || off.has(id) ? [] : [{ id, spell }],
    );
    const steps = (space: AssetIdentity['space']) => stored.flatMap((rule) => this.stepOf(rule, space) ?? []);
    this.ofData = [...this.builtin, ...steps('data')];
    this.ofJobs = steps('job');
    this.statements = [
      ...(off.has(TOLD_RULES.statements.id) ? [] : [{ id: TOLD_RULES.statements.id, names: isTrinoQuery }]),
      ...stored.flatMap(({ id, definition }): StatementRule[] =>
        definition.kind === 'statement' ? [{ id, names: matcherOf(definition.from) }] : [],
      ),
    ];
    const pairs = (kind: 'same' | 'apart') =>
      stored.flatMap(({ id, definition }): RulePair[] => {
        if (definition.kind !== kind) return [];
        const of = (spelling: Spelling) => identityOf(definition.space, spelling);
        return [{ ruleId: id, from: of(definition.from), to: of(definition.to) }];
      });
    this.same = pairs('same');
    this.apart = pairs('apart');
  }

  /** Whether the job is named by its statement, so that {@link spell} should be told it. */
  needsStatement({ space, identityNamespace, identityName }: AssetIdentity): boolean {
    if (space !== 'job' || this.statements.length === 0) return false;
    const given = { namespace: identityNamespace, name: identityName };
    return this.statements.some(({ names }) => names(given));
  }

  /** @param statement of a job, as its `sql` facet has it */
  spell(identity: AssetIdentity, statement?: string): Spelled {
    const given = { namespace: identity.identityNamespace, name: identity.identityName };
    const steps = identity.space === 'data' ? this.ofData : this.ofJobs;
    const byStatement =
      statement === undefined || identity.space !== 'job'
        ? undefined
        : this.statements.find(({ names }) => names(given));
    const first = byStatement === undefined ? given : { ...given, name: nameOfStatement(statement!) };
    const { spelling, ruleIds } = settled(first, steps) ??
      settled(first, identity.space === 'data' ? this.builtin : []) ?? { spelling: first, ruleIds: [] };
    const all = byStatement === undefined ? ruleIds : [byStatement.id, ...ruleIds];
    return isSameSpelling(spelling, given)
      ? { identity, ruleIds: [] }
      : { identity: identityOf(identity.space, spelling), ruleIds: all };
  }

  /** Rules of an installation apply to what the others have spelled, so their own spelling follows the others too. */
  private stepOf({ id, definition }: StoredRule, space: AssetIdentity['space']): Step | undefined {
    if (definition.kind === 'namespace') {
      const [from, to] = [this.namespaceOf(definition.from), this.namespaceOf(definition.to)];
      return {
        id,
        spell: (given) =>
          given.namespace === from || given.namespace === definition.from
            ? { ...given, namespace: to }
            : given,
      };
    }
    if (definition.kind !== 'template' || definition.space !== space) return undefined;
    const from = {
      namespace: this.templateOf(definition.from.namespace),
      name: parseTemplate(definition.from.name),
    };
    const to = {
      namespace: this.templateOf(definition.to.namespace, true),
      name: parseTemplate(definition.to.name, true),
    };
    return {
      id,
      spell: (given) => {
        const ofNamespace = matchTemplate(from.namespace, given.namespace);
        const ofName = ofNamespace && matchTemplate(from.name, given.name);
        if (ofName === undefined) return given;
        const values = new Map([...ofNamespace!, ...ofName]);
        return { namespace: fillTemplate(to.namespace, values), name: fillTemplate(to.name, values) };
      },
    };
  }

  private templateOf(namespace: string, isTarget = false): Template {
    return parseTemplate(namespace.includes('{') ? namespace : this.namespaceOf(namespace), isTarget);
  }

  private namespaceOf(namespace: string): string {
    return settled({ namespace, name: 'x' }, this.builtin)?.spelling.namespace ?? namespace;
  }
}

/**
 * Applies steps until nothing changes any more. Of a circle the least is taken, so that whoever stands on it comes to the same.
 * @returns undefined when it goes on and on, or comes to what is no name
 */
function settled(
  given: Spelling,
  steps: readonly Step[],
): { spelling: Spelling; ruleIds: string[] } | undefined {
  const ruleIds = new Set<string>();
  const passed: Spelling[] = [given];
  for (let round = 0; round < MAX_ROUNDS; round++) {
    let at = passed.at(-1)!;
    for (const { id, spell } of steps) {
      const next = spell(at);
      if (isSameSpelling(next, at)) continue;
      const length = next.namespace.length + next.name.length;
      if (length > MAX_SPELLING_CHARS || next.name === '' || next.namespace === '') return undefined;
      at = next;
      ruleIds.add(id);
    }
    const before = passed.findIndex((one) => isSameSpelling(one, at));
    if (before === passed.length - 1) return { spelling: at, ruleIds: [...ruleIds] };
    if (before !== -1) return { spelling: least(passed.slice(before)), ruleIds: [...ruleIds] };
    passed.push(at);
  }
  return undefined;
}

function least(spellings: readonly Spelling[]): Spelling {
  const key = ({ namespace, name }: Spelling) => JSON.stringify([namespace, name]);
  return spellings.reduce((a, b) => (key(b) < key(a) ? b : a));
}

function isTrinoQuery({ namespace, name }: Spelling): boolean {
  return namespace.startsWith('trino://') && TRINO_QUERY.test(name);
}

function matcherOf(from: Spelling): (given: Spelling) => boolean {
  const [namespace, name] = [parseTemplate(from.namespace), parseTemplate(from.name)];
  return (given) =>
    matchTemplate(namespace, given.namespace) !== undefined && matchTemplate(name, given.name) !== undefined;
}

function identityOf(space: AssetIdentity['space'], { namespace, name }: Spelling): AssetIdentity {
  return { space, identityNamespace: namespace, identityName: name };
}
