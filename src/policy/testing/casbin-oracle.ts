import {
  DefaultEffector,
  DefaultRoleManager,
  EnforceContext,
  newEnforcer,
  newModel,
  StringAdapter,
} from 'casbin';
import type { EffectorStream, Enforcer } from 'casbin';
import { MODEL_CONF } from '../bundle/model-conf.js';
import type { PolicyContext } from '../condition/attributes.js';
import { appliesOnlyIfTrue, appliesUnlessFalse } from '../condition/evaluate-condition.js';
import { parseCondition } from '../condition/parse-condition.js';
import type { DecisionRequest } from '../decision/decision.js';

interface OracleContext {
  readonly tags: readonly string[];
  readonly context: PolicyContext;
}

/** Casbin's own role manager, with `*` above every namespace. */
class NamespaceManager extends DefaultRoleManager {
  override syncedHasLink(below: string, above: string): boolean {
    return above === '*' || super.syncedHasLink(below, above);
  }
}

/** Role links that hold in a namespace and below it, for a time; and `*`, which everybody is. */
class WindowedRoleManager extends DefaultRoleManager {
  /** The instant that is asked about. */
  now = new Date(0);
  /** Who asks, and the groups that it counts as. */
  asker: Pick<DecisionRequest, 'subject' | 'groups'> = { subject: '' };
  private links: { member: string; role: string; namespace: string; from: string; until: string }[] = [];

  constructor(private readonly namespaces: NamespaceManager) {
    super(10);
  }

  override async clear(): Promise<void> {
    this.links = [];
  }

  override async addLink(member: string, role: string, ...rest: string[]): Promise<void> {
    const [namespace = '', from = '', until = ''] = rest;
    this.links.push({ member, role, namespace, from, until });
  }

  override syncedHasLink(subject: string, wanted: string, ...domain: string[]): boolean {
    if (wanted === '*' || wanted === subject) return true;
    const [namespace = ''] = domain;
    const groups = subject === this.asker.subject ? (this.asker.groups ?? []) : [];
    if (groups.some((group) => this.syncedHasLink(group, wanted, namespace))) return true;
    return this.links.some(
      (link) =>
        link.member === subject &&
        this.namespaces.syncedHasLink(namespace, link.namespace) &&
        (link.from === '-' || this.now >= new Date(link.from)) &&
        (link.until === '-' || this.now < new Date(link.until)) &&
        this.syncedHasLink(link.role, wanted, namespace),
    );
  }
}

/** Casbin's effector knows its effect only under the name `p`, and refuses the same one over `p2` and `p3`. */
class RenamingEffector extends DefaultEffector {
  override newStream(effect: string): EffectorStream {
    return super.newStream(effect.replace(/p[23]_eft/g, 'p_eft'));
  }
}

/**
 * The policy as stock Casbin reads and decides it, over the same model and the same text; only the functions that the
 * model names are registered here, written apart from the evaluator's wherever that is possible.
 */
export class CasbinOracle {
  private constructor(
    private readonly enforcer: Enforcer,
    private readonly roles: WindowedRoleManager,
  ) {}

  static async load(text: string): Promise<CasbinOracle> {
    const enforcer = await newEnforcer(newModel(MODEL_CONF));
    const namespaces = new NamespaceManager(10);
    const roles = new WindowedRoleManager(namespaces);
    const tags = new DefaultRoleManager(10);
    enforcer.setEffector(new RenamingEffector());
    enforcer.setNamedRoleManager('g', roles);
    enforcer.setNamedRoleManager('g2', namespaces);
    enforcer.setNamedRoleManager('g3', tags);
    await enforcer.addFunction(
      'actMatch',
      (asked: string, ruled: string) => ruled === '*' || ruled === asked,
    );
    await enforcer.addFunction('objMatch', objectMatches);
    await enforcer.addFunction('tagsMatch', (context: OracleContext, test: string) =>
      tagsMatch(tags, context.tags, test),
    );
    await enforcer.addFunction('holds', (context: OracleContext, when: string, eft: string) =>
      holds(context, when, eft === 'allow'),
    );
    await enforcer.addFunction('holdsMask', (context: OracleContext, when: string, eft: string) =>
      holds(context, when, eft === 'deny'),
    );
    enforcer.setAdapter(new StringAdapter(text));
    await enforcer.loadPolicy();
    return new CasbinOracle(enforcer, roles);
  }

  /** What `e` says. */
  allows(request: DecisionRequest): boolean {
    this.roles.now = request.context.now;
    this.roles.asker = request;
    const { subject, namespace, kind, name, action } = request;
    return this.enforcer.enforceSync(subject, namespace, `${kind}/${name}`, action, contextOf(request));
  }

  /** What `e2` says: whether values that carry this tag are masked. */
  masks(request: DecisionRequest, tag: string): boolean {
    this.roles.now = request.context.now;
    this.roles.asker = request;
    const { subject, namespace, action } = request;
    const second = new EnforceContext('r2', 'p2', 'e2', 'm2');
    return this.enforcer.enforceSync(second, subject, namespace, tag, action, contextOf(request));
  }

  /** What `e3` says: whether rows are filtered. */
  filters(request: DecisionRequest): boolean {
    this.roles.now = request.context.now;
    this.roles.asker = request;
    const { subject, namespace, kind, name, action } = request;
    const third = new EnforceContext('r3', 'p3', 'e3', 'm3');
    const object = `${kind}/${name}`;
    return this.enforcer.enforceSync(third, subject, namespace, object, action, contextOf(request));
  }
}

function contextOf({ tags, context }: DecisionRequest): OracleContext {
  return { tags, context };
}

function objectMatches(object: string, glob: string): boolean {
  const regex = glob
    .replace(/[.+^$|\\%]/g, '\\$&')
    .replace(/\*\*\/|\*\*|\*/g, (wildcard) => ({ '**/': '(.*/)?', '**': '.*' })[wildcard] ?? '[^/]*');
  return new RegExp(`^${regex}$`, 's').test(object);
}

function tagsMatch(tree: DefaultRoleManager, carried: readonly string[], test: string): boolean {
  if (test === '*') return true;
  const [, quantifier, list = ''] = /^(\w+)\((.*)\)$/.exec(test) ?? [];
  const met = list.split(',').map((wanted) => carried.some((tag) => tree.syncedHasLink(tag, wanted.trim())));
  if (quantifier === 'any') return met.includes(true);
  return quantifier === 'all' ? !met.includes(false) : !met.includes(true);
}

function holds({ context }: OracleContext, when: string, isGiving: boolean): boolean {
  const condition = parseCondition(when);
  if (typeof condition === 'string') throw new TypeError(condition);
  return (isGiving ? appliesOnlyIfTrue : appliesUnlessFalse)(condition, context);
}
