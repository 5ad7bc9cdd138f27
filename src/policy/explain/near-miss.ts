import type { AccessRule, Bundle, FilterRule, RoleLink } from '../bundle/bundle.js';
import type { Position } from '../bundle/problems.js';
import { effectOf, isMaskRule, type PolicyRule, rulesOf, takesAway } from '../bundle/rules.js';
import { instantText, tagTestText } from '../cases/line-text.js';
import type { PolicyContext } from '../condition/attributes.js';
import type { Condition } from '../condition/condition.js';
import { evaluateCondition } from '../condition/evaluate-condition.js';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest, MatchedRule } from '../decision/decision.js';
import { RoleGraph, type HeldRoles } from '../decision/role-graph.js';
import { closeTags, meetsTagTest } from '../decision/tag-test.js';
import { objectMatches } from '../glob/object-glob.js';
import { ANY, ROOT_NAMESPACE } from '../vocabulary.js';

/** A rule that would have matched but for one of its columns. */
export interface NearMiss extends Position {
  readonly id: string;
  readonly effect: MatchedRule['effect'];
  /** `sub`, `ns`, `obj`, `act`, `tags` or `when`. */
  readonly column: string;
  /** What the column says, and how it is otherwise here. */
  readonly reason: string;
}

/** What is known of a question before rules are looked at. */
interface Asked {
  readonly request: DecisionRequest;
  readonly namespaces: ReadonlySet<string>;
  readonly held: HeldRoles;
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly links: readonly RoleLink[];
}

/** Every rule that misses by one column, those of the bundle's order first. Looks at all rules: for explanations. */
export function nearMisses({ bundle }: CompiledPolicy, request: DecisionRequest): readonly NearMiss[] {
  const namespaces = new Set([...bundle.namespaces.pathFrom(request.namespace), ROOT_NAMESPACE]);
  const asked: Asked = {
    request,
    namespaces,
    held: new RoleGraph(bundle.roleLinks).held(request, namespaces, request.context.now.getTime()),
    tags: closeTags(request.tags, bundle.tags),
    links: bundle.roleLinks,
  };
  return rulesOf(bundle).flatMap((rule): NearMiss[] => {
    if (isMaskRule(rule) && !asked.tags.has(rule.tag)) return [];
    const reasons = isMaskRule(rule) ? commonReasons(rule, asked) : objectReasons(rule, asked);
    const wrong = Object.entries(reasons).filter(([, reason]) => reason !== undefined);
    const [only] = wrong;
    if (only === undefined || wrong.length > 1) return [];
    const { id } = rule;
    return [{ id, effect: effectOf(rule), column: only[0], reason: only[1]!(), ...positionOf(bundle, id) }];
  });
}

/** Where a rule stands. Of what is granted beside the files there is no file: it is empty. */
export function positionOf({ source }: Bundle, id: string): Position {
  return source.ruleAt.get(id) ?? { file: '', line: 0 };
}

/** Why each column that misses does; undefined for one that does not. */
type Reasons = Readonly<Record<string, (() => string) | undefined>>;

function commonReasons(rule: PolicyRule, asked: Asked): Reasons {
  const { request, namespaces, held } = asked;
  const truth = evaluateCondition(rule.when, request.context);
  const isMet = takesAway(rule) ? truth !== 'false' : truth === 'true';
  return {
    sub: held.has(rule.subject) ? undefined : () => subjectReason(rule.subject, asked),
    ns: namespaces.has(rule.namespace)
      ? undefined
      : () => `holds in ${rule.namespace} and below, and not in ${request.namespace}`,
    act:
      rule.action === ANY || rule.action === request.action
        ? undefined
        : () => `is about ${rule.action}, and not ${request.action}`,
    when: isMet ? undefined : () => conditionReason(rule.when, request.context),
  };
}

function objectReasons(rule: AccessRule | FilterRule, asked: Asked): Reasons {
  const { kind, name, tags } = asked.request;
  return {
    ...commonReasons(rule, asked),
    obj: objectMatches(rule.object, kind, name)
      ? undefined
      : () => `is about ${rule.object.source}, and not ${kind}/${name}`,
    tags: meetsTagTest(rule.tags, asked.tags)
      ? undefined
      : () => `wants ${tagTestText(rule.tags)}, and the asset carries ${tags.join(', ') || 'nothing'}`,
  };
}

/** Links of a kind that are spelled out. */
const LINKS_TOLD = 3;

function subjectReason(wanted: string, { request, held, namespaces, links }: Asked): string {
  // Where no link is asked for its place and time, the way there shows the one that does not hold.
  const leading = new Set([wanted]);
  for (const role of leading) for (const link of links) if (link.role === role) leading.add(link.member);
  const atMs = request.context.now.getTime();
  const broken = links
    .filter(({ member, role }) => held.has(member) && leading.has(role) && !held.has(role))
    .map(({ member, role, namespace, notBefore, notAfter }) => {
      const window = `from ${instantText(notBefore)} to ${instantText(notAfter)}`;
      return `${member} holds ${role} ${namespaces.has(namespace) && (atMs < notBefore || atMs >= notAfter) ? window : `in ${namespace}`}`;
    });
  const told = broken.slice(0, LINKS_TOLD).join('; ');
  return `is for ${wanted}, which ${request.subject} is not in ${request.namespace}${told === '' ? '' : `: ${told}`}`;
}

function conditionReason(condition: Condition, context: PolicyContext): string {
  const failing = condition.clauses.flatMap((clause) => {
    const truth = evaluateCondition({ source: '', clauses: [clause] }, context);
    const value = context[clause.attribute];
    const shown = value instanceof Date ? value.toISOString() : String(value);
    if (truth === 'true') return [];
    return [truth === 'unknown' ? `${clause.attribute} is not known` : `${clause.attribute} is ${shown}`];
  });
  return `wants ${condition.source}, and ${failing.join(', ')}`;
}
