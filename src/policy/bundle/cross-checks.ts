import { ROOT_NAMESPACE } from '../vocabulary.js';
import { didYouMean } from './nearest.js';
import type { AccessRule, FilterRule, MaskRule, Place, RoleLink } from './bundle.js';
import type { TreeLink } from './parse-link.js';
import type { Position, Problems } from './problems.js';

/** Something parsed, with the line it came from. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Position;
}

/** A bundle's lines, parsed one by one. */
export interface ParsedLines {
  readonly rules: readonly Placed<AccessRule>[];
  readonly maskRules: readonly Placed<MaskRule>[];
  readonly filterRules: readonly Placed<FilterRule>[];
  readonly roleLinks: readonly Placed<RoleLink>[];
  readonly namespaceLinks: readonly Placed<TreeLink>[];
  readonly tagLinks: readonly Placed<TreeLink>[];
  readonly places: readonly Placed<Place>[];
  /** Subjects of all rules, also of those that could not be parsed, so that one problem is not told as two. */
  readonly ruleSubjects: readonly string[];
  /** Whether there is any `p` line, sound or not. */
  readonly hasAccessRule: boolean;
}

/** Finds what no single line shows: duplicates, names that nothing declares, an empty policy. */
export function crossCheck(lines: ParsedLines, problems: Problems): void {
  checkIds([...lines.rules, ...lines.maskRules, ...lines.filterRules], problems);
  checkRoleLinks(lines, problems);
  checkNamespaces(lines, problems);
  checkPlaces(lines.places, problems);
  if (!lines.hasAccessRule) {
    const message = 'the policy has no access rule (p) at all, so that nobody could do anything';
    problems.add({ file: '', line: 0 }, 'empty', message);
  }
}

function checkIds(rules: readonly Placed<{ readonly id: string }>[], problems: Problems): void {
  const first = new Map<string, Position>();
  for (const { value, at } of rules) {
    const earlier = first.get(value.id);
    if (earlier === undefined) first.set(value.id, at);
    else problems.add(at, 'duplicate', `the id ${value.id} is taken by ${earlier.file}:${earlier.line}`);
  }
}

/** A role that no rule names and that leads to no other is a typing error, or a grant of nothing. */
function checkRoleLinks({ ruleSubjects, roleLinks }: ParsedLines, problems: Problems): void {
  const known = new Set([...ruleSubjects, ...roleLinks.map(({ value }) => value.member)]);
  const said = new Set<string>();
  for (const { value, at } of roleLinks) {
    if (!known.has(value.role)) {
      const roles = [...known].filter((name) => name.startsWith('role:'));
      problems.add(at, 'role', `no rule names ${value.role}${didYouMean(value.role, roles)}`);
    }
    const text = JSON.stringify([value.member, value.role, value.namespace, value.notBefore, value.notAfter]);
    if (said.has(text)) problems.add(at, 'duplicate', `${value.member} as ${value.role} is said twice`);
    said.add(text);
  }
}

function checkNamespaces(
  { rules, maskRules, filterRules, roleLinks, namespaceLinks, places }: ParsedLines,
  problems: Problems,
): void {
  const declared = new Set([ROOT_NAMESPACE, ...namespaceLinks.flatMap(({ value }) => value)]);
  for (const { value, at } of [...rules, ...maskRules, ...filterRules, ...roleLinks, ...places]) {
    if (declared.has(value.namespace)) continue;
    problems.add(
      at,
      'namespace',
      `no g2 line declares the namespace ${value.namespace}; add "g2, ${value.namespace}, PARENT", or * as its parent${didYouMean(value.namespace, declared)}`,
    );
  }
}

function checkPlaces(places: readonly Placed<Place>[], problems: Problems): void {
  const said = new Set<string>();
  for (const [index, { value, at }] of places.entries()) {
    const { source } = value.pattern;
    const isLast = index === places.length - 1;
    if (isLast && source !== '**')
      problems.add(at, 'place', 'the last line of the places must be **, NAMESPACE');
    if (!isLast && source === '**')
      problems.add(at, 'place', '** matches everything: no later line has an effect');
    if (said.has(source)) problems.add(at, 'duplicate', `the pattern ${source} is said twice`);
    said.add(source);
  }
}
