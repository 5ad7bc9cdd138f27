import type { Bundle } from '../../bundle/bundle.js';
import { pushTo } from '../../bundle/ancestry.js';
import { isGroup, isPrincipal, isRole } from '../../bundle/names.js';
import { nearest } from '../../bundle/nearest.js';
import { isMaskRule, type PolicyRule, rulesOf, tagsOf, takesAway } from '../../bundle/rules.js';
import { ANY, SYSTEM_OBJECTS, UNCLASSIFIED } from '../../vocabulary.js';
import type { Report } from './report.js';

/**
 * Names that are likely misspelt or lead nowhere. A classification is known when a `g3` line names it; `g3, restricted, *` declares one that
 * has no other above it.
 */
export function checkNames(bundle: Bundle, report: Report): void {
  checkTags(bundle, report);
  checkRoles(bundle, report);
  checkPrincipals(bundle, report);
  checkSystemNames(bundle, report);
}

function checkTags(bundle: Bundle, report: Report): void {
  const uses = rulesOf(bundle).flatMap((rule) =>
    tagsOf(rule).map((tag) => ({ tag, rule, opens: opensByTag(rule) })),
  );
  const counts = new Map<string, number>();
  for (const { tag } of uses) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const declared = new Set([...bundle.tags.names, UNCLASSIFIED]);
  // What several rules name is meant so, declared or not.
  const likely = new Set([...declared, ...[...counts].filter(([, count]) => count > 1).map(([tag]) => tag)]);
  const told = new Set<string>();
  for (const { tag, rule, opens } of uses) {
    if (declared.has(tag)) continue;
    const meant = likely.has(tag) ? undefined : nearest(tag, likely);
    if (meant === undefined) {
      if (!told.has(tag))
        report.warn(
          'tag',
          rule,
          `names the classification ${tag}, which no g3 line declares; add "g3, ${tag}, *", or its parent`,
        );
      told.add(tag);
      continue;
    }
    const message = `names the classification ${tag}, which nothing declares; did you mean ${meant}? If not, add "g3, ${tag}, *"`;
    if (opens) report.error('tag', rule, message);
    else report.warn('tag', rule, message);
  }
}

/** Whether the rule lets more through when no asset carries its classifications. */
function opensByTag(rule: PolicyRule): boolean {
  return takesAway(rule) !== (!isMaskRule(rule) && rule.tags.quantifier === 'none');
}

function checkRoles(bundle: Bundle, report: Report): void {
  const { roleLinks } = bundle;
  const held = new Set<string>();
  const linksOf = new Map<string, string[]>();
  for (const { member, role } of roleLinks) pushTo(linksOf, member, role);
  const starts = roleLinks.map(({ member }) => member).filter((member) => !isRole(member));
  const queue = new Set(starts);
  for (const member of queue) {
    for (const role of linksOf.get(member) ?? []) {
      held.add(role);
      queue.add(role);
    }
  }
  const told = new Set<string>();
  for (const rule of rulesOf(bundle)) {
    const { subject } = rule;
    if (!isRole(subject) || held.has(subject) || told.has(subject)) continue;
    told.add(subject);
    const meant = nearestName(subject, held);
    if (meant === undefined) {
      report.warn(
        'unheld',
        rule,
        `is for ${subject}, which nobody holds; grant it by a g line, or remove its rules`,
      );
    } else if (takesAway(rule)) {
      report.error('unheld', rule, `is for ${subject}, which nobody holds; did you mean ${meant}?`);
    } else report.warn('unheld', rule, `is for ${subject}, which nobody holds; did you mean ${meant}?`);
  }
}

/** A principal that is named once, and is another but for a letter too many, too few, or two that are swapped. */
function checkPrincipals(bundle: Bundle, report: Report): void {
  const { roleLinks, source } = bundle;
  const named = [
    ...rulesOf(bundle).map(({ id, subject }) => ({ name: subject, at: source.ruleAt.get(id)! })),
    ...roleLinks.map((link) => ({ name: link.member, at: source.roleLinkAt.get(link)! })),
  ].filter(({ name }) => isPrincipal(name) || isGroup(name));
  const counts = new Map<string, number>();
  for (const { name } of named) counts.set(name, (counts.get(name) ?? 0) + 1);
  const byShape = new Map<string, string[]>();
  for (const [name, count] of counts) {
    if (count > 1) for (const shape of new Set([name, ...shorter(name)])) pushTo(byShape, shape, name);
  }
  for (const { name, at } of named) {
    if (counts.get(name) !== 1) continue;
    const meant = [name, ...shorter(name)]
      .flatMap((shape) => byShape.get(shape) ?? [])
      .find((other) => isSlip(name, other));
    if (meant !== undefined)
      report.warn('subject', at, `${name} is named here alone; did you mean ${meant}?`);
  }
}

/** The word without each of its letters in turn. */
function shorter(word: string): readonly string[] {
  return Array.from(word, (_, index) => word.slice(0, index) + word.slice(index + 1));
}

function isSlip(name: string, other: string): boolean {
  if (name.slice(name.indexOf(':')).length < 6 || name.replace(/\d/g, '') === other.replace(/\d/g, ''))
    return false;
  if (name.length !== other.length) return true;
  const at = Array.from(name).findIndex((char, index) => char !== other[index]);
  return (
    name[at] === other[at + 1] && name[at + 1] === other[at] && name.slice(at + 2) === other.slice(at + 2)
  );
}

function checkSystemNames({ rules }: Bundle, report: Report): void {
  for (const rule of rules) {
    const { kind, name } = rule.object;
    if (kind !== 'system' || !name.isExact) continue;
    const meant = SYSTEM_OBJECTS.some((known) => known === name.source)
      ? undefined
      : nearest(name.source, SYSTEM_OBJECTS);
    if (meant === undefined) continue;
    const message = `is about system/${name.source}, which nothing asks for; did you mean system/${meant}?`;
    if (rule.effect === 'deny') report.error('object', rule, message);
    else report.warn('object', rule, message);
  }
}

/** Compares the names alone: what stands before the colon they have in common. */
function nearestName(name: string, known: Iterable<string>): string | undefined {
  const prefix = name.slice(0, name.indexOf(':') + 1);
  const bare = [...known]
    .filter((other) => other.startsWith(prefix))
    .map((other) => other.slice(prefix.length));
  const meant = name === ANY ? undefined : nearest(name.slice(prefix.length), bare);
  return meant === undefined ? undefined : `${prefix}${meant}`;
}
