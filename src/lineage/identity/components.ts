import { type AssetIdentity } from '../../catalog/index.js';
import type { IdOf } from '../projection/identity.js';
import type { CompiledRules } from './rules/compiled-rules.js';

/** A name that events or the catalog use. */
export interface KnownName {
  readonly id: string;
  readonly identity: AssetIdentity;
  /** Of a job that a rule names by its statement. */
  readonly statement?: string | undefined;
}

/** How events say that two names are of one asset. `table` is a symlink to the name of a table. */
export const SAME_KINDS = ['rename', 'symlink', 'table'] as const;
export type SameKind = (typeof SAME_KINDS)[number];

/** An event said that two names are of one asset. */
export interface SameFact {
  readonly fromId: string;
  readonly toId: string;
  readonly kind: SameKind;
  /** Of a rename: when and by which event it was said last. */
  readonly claim: string;
}

/** The asset that a name stands for, where that is another than its own. */
export interface Alias {
  readonly identity: AssetIdentity;
  readonly assetId: string;
  /** Ids of rules, `symlinks` or `renames`, with commas. */
  readonly reason: string;
}

/** OpenLineage's namespace of what Cairn itself versions or runs. */
const MANAGED = 'cairn';

interface Node {
  readonly id: string;
  readonly identity: AssetIdentity;
  parent: Node;
  /** The greater is shown. Of what Cairn manages, then what a rule names, then the latest name or its table, then tables, then what has symlinks. */
  rank: string;
  reasons: Set<string>;
}

/**
 * Which names stand for which assets. A function of the sets of names, facts and rules: neither order nor repetition makes a difference.
 * @param names all that the facts are about, or all of the components that they are in
 * @returns by the id of the name; those that stand for themselves are absent
 */
export function aliasesAmong(
  names: Iterable<KnownName>,
  facts: Iterable<SameFact>,
  rules: CompiledRules,
  idOf: IdOf,
): Map<string, Alias> {
  const nodes = new Map<string, Node>();
  const nodeOf = (identity: AssetIdentity): Node => {
    const id = idOf(identity);
    const known = nodes.get(id);
    if (known !== undefined) return known;
    const node = {
      id,
      identity,
      rank: identity.identityNamespace === MANAGED ? '6' : '0',
      reasons: new Set<string>(),
    } as Node;
    node.parent = node;
    nodes.set(id, node);
    return node;
  };
  const spelled = new Map<string, { node: Node; ruleIds: readonly string[] }>();
  for (const { id, identity, statement } of names) {
    const { identity: at, ruleIds } = rules.spell(identity, statement);
    spelled.set(id, { node: nodeOf(at), ruleIds });
  }
  const apart = new Set(
    rules.apart.map(({ from, to }) =>
      pairKey(nodeOf(rules.spell(from).identity), nodeOf(rules.spell(to).identity)),
    ),
  );
  for (const { ruleId, from, to } of rules.same) {
    const target = nodeOf(rules.spell(to).identity);
    join(nodeOf(rules.spell(from).identity), target, ruleId);
    raise(target, `5|${ruleId.padStart(20, '0')}`);
  }
  const renamed = new Map<Node, string>();
  const tables: (readonly [Node, Node])[] = [];
  for (const { fromId, toId, kind, claim } of facts) {
    if (!(kind === 'rename' ? rules.takesRenames : rules.takesSymlinks)) continue;
    const [from, to] = [spelled.get(fromId)?.node, spelled.get(toId)?.node];
    if (from === undefined || to === undefined || from === to || apart.has(pairKey(from, to))) continue;
    join(from, to, kind === 'rename' ? 'renames' : 'symlinks');
    if (kind === 'table') tables.push([from, to]);
    else raise(kind === 'symlink' ? from : to, kind === 'rename' ? `4|${claim}` : '2');
    if (kind === 'rename' && claim > (renamed.get(to) ?? '')) renamed.set(to, claim);
  }
  const namedAt = new Map<Node, Set<string>>();
  for (const [path, { identity }] of tables)
    namedAt.set(path, (namedAt.get(path) ?? new Set()).add(nameKey(identity)));
  for (const [path, table] of tables) {
    if (isPartOfAny(table.identity, namedAt.get(path)!)) continue;
    // The table that lies at a path got its name when the path did.
    raise(table, renamed.has(path) ? `4|${renamed.get(path)!}|table` : '3');
  }
  const shown = shownOf(nodes.values());
  const aliases = new Map<string, Alias>();
  const add = (id: string, node: Node, ruleIds: readonly string[]) => {
    const asset = shown.get(rootOf(node))!;
    // What Cairn manages is never only a name of something else.
    if (asset.id === id || (node.id === id && node.identity.identityNamespace === MANAGED)) return;
    const reasons = asset === node ? ruleIds : [...ruleIds, ...[...node.reasons].sort()];
    aliases.set(id, { identity: asset.identity, assetId: asset.id, reason: reasons.join(',') });
  };
  for (const node of nodes.values()) add(node.id, node, []);
  for (const [id, { node, ruleIds }] of spelled) add(id, node, ruleIds);
  return aliases;
}

/** Whether a name at a path is of a table's metadata, branch or tag, as Iceberg has them: `shop.orders.snapshots` where `shop.orders` lies too. */
function isPartOfAny(identity: AssetIdentity, names: ReadonlySet<string>): boolean {
  const { identityName } = identity;
  for (let dot = identityName.lastIndexOf('.'); dot > 0; dot = identityName.lastIndexOf('.', dot - 1))
    if (names.has(nameKey({ ...identity, identityName: identityName.slice(0, dot) }))) return true;
  return false;
}

function nameKey({ identityNamespace, identityName }: AssetIdentity): string {
  return JSON.stringify([identityNamespace, identityName]);
}

function rootOf(node: Node): Node {
  let root = node;
  while (root.parent !== root) root = root.parent;
  for (let at = node; at !== root;) [at, at.parent] = [at.parent, root];
  return root;
}

function join(a: Node, b: Node, reason: string): void {
  a.reasons.add(reason);
  b.reasons.add(reason);
  const [one, other] = [rootOf(a), rootOf(b)];
  // The least id leads, so that the order of joining makes no difference to anything.
  if (one.id < other.id) other.parent = one;
  else one.parent = other;
}

function raise(node: Node, rank: string): void {
  if (rank > node.rank) node.rank = rank;
}

/** What each component is shown as, by its root. */
function shownOf(nodes: Iterable<Node>): Map<Node, Node> {
  const shown = new Map<Node, Node>();
  for (const node of nodes) {
    const root = rootOf(node);
    const known = shown.get(root);
    if (known === undefined || node.rank > known.rank || (node.rank === known.rank && node.id < known.id))
      shown.set(root, node);
  }
  return shown;
}

function pairKey(a: Node, b: Node): string {
  return a.id < b.id ? `${a.id} ${b.id}` : `${b.id} ${a.id}`;
}
