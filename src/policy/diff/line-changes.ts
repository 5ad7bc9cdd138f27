import type { Bundle } from '../bundle/bundle.js';
import type { Position } from '../bundle/problems.js';
import type { PolicyRule } from '../bundle/rules.js';
import { roleLinkText, ruleColumns } from '../cases/line-text.js';

/** A line that two bundles do not have in common. */
export interface LineChange extends Position {
  readonly kind: 'rule' | 'mask-rule' | 'filter-rule' | 'role-link' | 'namespace-link' | 'tag-link' | 'place';
  readonly change: 'added' | 'removed' | 'changed';
  /** The id of a rule, else the line as written. */
  readonly what: string;
  /** Columns by name: all of a rule that is new or gone, else those that changed. */
  readonly columns: readonly ColumnChange[];
  /** Whom it is about: the subject of a rule, the member of a role. Undefined when it may be anybody. */
  readonly subjects: readonly string[] | undefined;
}

export interface ColumnChange {
  readonly name: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What one bundle says and the other does not. The place is that of the line in `after`, or in `before` when it is gone. */
export function lineChanges(before: Bundle, after: Bundle): readonly LineChange[] {
  return [
    ...ruleChanges('rule', before, after, before.rules, after.rules),
    ...ruleChanges('mask-rule', before, after, before.maskRules, after.maskRules),
    ...ruleChanges('filter-rule', before, after, before.filterRules, after.filterRules),
    ...setChanges('role-link', roleLines(before), roleLines(after)),
    ...setChanges('namespace-link', treeLines('g2', before), treeLines('g2', after)),
    ...setChanges('tag-link', treeLines('g3', before), treeLines('g3', after)),
    ...setChanges('place', placeLines(before), placeLines(after)),
  ];
}

function ruleChanges(
  kind: LineChange['kind'],
  before: Bundle,
  after: Bundle,
  old: readonly PolicyRule[],
  next: readonly PolicyRule[],
): LineChange[] {
  const formers = new Map(old.map((rule) => [rule.id, rule]));
  const currents = new Map(next.map((rule) => [rule.id, rule]));
  return [...new Set([...formers.keys(), ...currents.keys()])].flatMap((id): LineChange[] => {
    const [was, is] = [formers.get(id), currents.get(id)];
    const [left, right] = [was && ruleColumns(was), is && ruleColumns(is)];
    const columns = Object.keys((right ?? left)!)
      .map((name) => ({ name, before: left?.[name], after: right?.[name] }))
      .filter((column) => column.before !== column.after);
    if (columns.length === 0) return [];
    const change = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    const subjects = [was, is].flatMap((rule) => rule?.subject ?? []);
    const at = (is === undefined ? before : after).source.ruleAt.get(id)!;
    return [{ kind, change, what: id, columns, subjects: [...new Set(subjects)], ...at }];
  });
}

/** A line as written, where it stands and whom it is about. */
type Line = readonly [text: string, at: Position, subjects: readonly string[] | undefined];

function setChanges(kind: LineChange['kind'], before: readonly Line[], after: readonly Line[]): LineChange[] {
  const [old, next] = [before, after].map((lines) => new Set(lines.map(([text]) => text)));
  const changesOf = (change: 'added' | 'removed', lines: readonly Line[], others: ReadonlySet<string>) =>
    lines
      .filter(([text]) => !others.has(text))
      .map(([what, at, subjects]) => ({ kind, change, what, columns: [], subjects, ...at }));
  return [...changesOf('removed', before, next!), ...changesOf('added', after, old!)];
}

function roleLines({ roleLinks, source }: Bundle): Line[] {
  return roleLinks.map((link) => [roleLinkText(link), source.roleLinkAt.get(link)!, [link.member]]);
}

function treeLines(type: 'g2' | 'g3', { source }: Bundle): Line[] {
  const links = type === 'g2' ? source.namespaceLinks : source.tagLinks;
  return links.map(({ value, at }) => [`${type}, ${value.join(', ')}`, at, undefined]);
}

/** Places say where assets stand, and nothing of who may do what there. */
function placeLines({ source }: Bundle): Line[] {
  return source.places.map(({ value: { pattern, namespace }, at }) => [
    `${pattern.source}, ${namespace}`,
    at,
    [],
  ]);
}
