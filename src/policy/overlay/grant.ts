import type { AccessRule, Bundle, RoleLink } from '../bundle/bundle.js';
import { parseCondition } from '../condition/parse-condition.js';
import { parseGlob } from '../glob/glob.js';
import type { Action } from '../vocabulary.js';
import { exactly, type Target } from './target.js';

/** Access that somebody was granted for a time, beside what the policy files say. */
export interface Grant {
  /** `GRANT-12`: what decisions name it by. */
  readonly id: string;
  /** Who has it: `user:…` or `service:…`. */
  readonly subject: string;
  readonly target: Target;
  /** None when a role is granted. */
  readonly actions: readonly Action[];
  readonly role: string | null;
  readonly from: Date;
  /** Not included. */
  readonly until: Date;
}

/** The role that stands between a member and the role it was granted, so that each path through it tells the grant. */
const GRANT_ROLE = /^role:(GRANT-\d+)$/;

/** The grants that a way from a subject to a role goes through. */
export function grantsOn(rolePath: readonly string[]): readonly string[] {
  return rolePath.flatMap((role) => GRANT_ROLE.exec(role)?.[1] ?? []);
}

/**
 * The bundle with what is granted beside it, under the same version. What is granted in a namespace that the files do not declare
 * (any more) does not hold.
 */
export function withGrants(bundle: Bundle, grants: readonly Grant[]): Bundle {
  const declared = new Set(bundle.namespaces.names);
  const held = grants.filter(({ target }) => declared.has(target.namespace));
  return {
    ...bundle,
    rules: [...bundle.rules, ...held.flatMap(rulesOf)],
    roleLinks: [...bundle.roleLinks, ...held.flatMap(linksOf)],
  };
}

function rulesOf({ id, subject, target, actions, from, until }: Grant): AccessRule[] {
  const when = parseCondition(windowText(from, until));
  if (typeof when === 'string') throw new TypeError(when);
  const everything = parseGlob('**');
  if (typeof everything === 'string') throw new TypeError(everything);
  const { namespace, kind, name } = target;
  const object =
    kind === null || name === null
      ? { source: '**', kind: undefined, name: everything }
      : { source: `${kind}/${name}`, kind, name: exactly(name) };
  const common = { id, subject, namespace, object, when, effect: 'allow' as const };
  return actions.map((action) => ({ ...common, action, tags: { quantifier: 'always', tags: [] } }));
}

function linksOf({ id, subject, target: { namespace }, role, from, until }: Grant): RoleLink[] {
  if (role === null) return [];
  const between = `role:${id}`;
  const common = { namespace, notBefore: from.getTime(), notAfter: until.getTime() };
  return [
    { member: subject, role: between, ...common },
    { member: between, role, ...common },
  ];
}

/** A name that a policy file can say as it is: without wildcards, separators and what Casbin reads otherwise. */
const SAYABLE = /^[^\s*?[\]{}()!\\",#\p{C}]+$/u;

/** The lines that say in a policy file what is granted, for who wants to take it over; a comment where none can. */
export function policyLinesOf({ id, subject, target, actions, role, from, until }: Grant): readonly string[] {
  const { namespace, kind, name } = target;
  if (role !== null)
    return [['g', subject, role, namespace, from.toISOString(), until.toISOString()].join(', ')];
  if (name !== null && !SAYABLE.test(name))
    return [`# ${id}: no line can name the ${kind} ${JSON.stringify(name)}`];
  const object = name === null ? '**' : `${kind}/${name}`;
  return actions.map((action) =>
    [
      ...['p', `${id}-${action}`, subject, namespace, object, action],
      ...['*', windowText(from, until), 'allow'],
    ].join(', '),
  );
}

function windowText(from: Date, until: Date): string {
  return `now >= ${from.toISOString()} && now < ${until.toISOString()}`;
}
