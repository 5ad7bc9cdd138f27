import { parseInstant } from '../condition/instant.js';
import { parseGlob } from '../glob/glob.js';
import { ROOT_NAMESPACE, ROOT_TAG } from '../vocabulary.js';
import type { Place, RoleLink } from './bundle.js';
import { isClassification, isGroup, isNamespace, isPrincipal, isRole } from './names.js';
import type { PolicyLine } from './policy-lines.js';
import type { Problems } from './problems.js';

/** A `g2` or `g3` line. */
export type TreeLink = readonly [child: string, parent: string];

/** Parses `g, member, role, namespace, not_before, not_after`; undefined when anything is wrong with it. */
export function parseRoleLink(line: PolicyLine, problems: Problems): RoleLink | undefined {
  const [, member = '', role = '', namespace = '', from = '', until = ''] = line.columns;
  let isSound = true;
  const refuse = (rule: 'subject' | 'role' | 'namespace' | 'instant', message: string): void => {
    problems.add(line, rule, message);
    isSound = false;
  };
  if (!isPrincipal(member) && !isGroup(member) && !isRole(member)) {
    refuse(
      'subject',
      `"${member}" cannot hold a role; write user:NAME, service:NAME, group:NAME or role:NAME`,
    );
  }
  if (!isRole(role)) refuse('role', `"${role}" is not a role; write role:NAME`);
  if (!isNamespace(namespace))
    refuse('namespace', `"${namespace}" is not a namespace; write names joined by slashes, or *`);
  const notBefore = from === '-' ? Number.NEGATIVE_INFINITY : parseInstant(from);
  const notAfter = until === '-' ? Number.POSITIVE_INFINITY : parseInstant(until);
  for (const [column, text, instant] of [
    ['not_before', from, notBefore],
    ['not_after', until, notAfter],
  ] as const) {
    if (instant === undefined)
      refuse('instant', `${column} "${text}" is not an instant like 2026-12-31T00:00:00Z, nor -`);
  }
  if (notBefore === undefined || notAfter === undefined) return undefined;
  if (notBefore >= notAfter)
    refuse('instant', `the link never holds: not_after ${until} is not later than not_before ${from}`);
  return isSound ? { member, role, namespace, notBefore, notAfter } : undefined;
}

/** Parses `g2, child, parent`; the root may be a parent, to declare a namespace that has none other. */
export function parseNamespaceLink(line: PolicyLine, problems: Problems): TreeLink | undefined {
  const [, child = '', parent = ''] = line.columns;
  if (child === ROOT_NAMESPACE || !isNamespace(child) || !isNamespace(parent)) {
    problems.add(
      line,
      'namespace',
      `"${child}" under "${parent}": write a namespace and its parent, or * as the parent`,
    );
    return undefined;
  }
  return [child, parent];
}

/** Parses `g3, child, parent`; the root may be a parent, to declare a classification that has none other. */
export function parseTagLink(line: PolicyLine, problems: Problems): TreeLink | undefined {
  const [, child = '', parent = ''] = line.columns;
  if (!isClassification(child) || (parent !== ROOT_TAG && !isClassification(parent))) {
    problems.add(
      line,
      'tag',
      `"${child}" under "${parent}": write a classification and its parent, like pii.email, pii, or * as the parent`,
    );
    return undefined;
  }
  return [child, parent];
}

/** Parses a line `pattern, namespace` of places.csv. */
export function parsePlace(line: PolicyLine, problems: Problems): Place | undefined {
  const [source = '', namespace = ''] = line.columns;
  const pattern = problems.take(parseGlob(source), line, 'place', '');
  if (!isNamespace(namespace) || namespace === ROOT_NAMESPACE) {
    problems.add(line, 'namespace', `"${namespace}" is not a namespace that an asset can stand in`);
    return undefined;
  }
  return pattern === undefined ? undefined : { pattern, namespace };
}
