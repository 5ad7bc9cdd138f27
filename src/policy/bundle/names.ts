import { ANY, ROOT_NAMESPACE } from '../vocabulary.js';

/** `user:pia.engineer`, `service:penguin-trainer`: who can ask. */
const PRINCIPAL = /^(?:user|service):[A-Za-z0-9][A-Za-z0-9._@+/-]*$/;
/** `group:data-platform`: a group of principals, as an identity provider names it. */
const GROUP = /^group:[A-Za-z0-9][A-Za-z0-9._@+/-]*$/;
const ROLE = /^role:[A-Za-z0-9][A-Za-z0-9._-]*$/;
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
const CLASSIFICATION = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/;
const RULE_ID = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Longest name of any sort in a policy file, in characters. */
export const NAME_LIMIT = 200;

/** Whether `name` is someone who can ask: `user:…` or `service:…`. */
export function isPrincipal(name: string): boolean {
  return name.length <= NAME_LIMIT && PRINCIPAL.test(name);
}

/** Whether `name` is a group of principals, `group:…`. */
export function isGroup(name: string): boolean {
  return name.length <= NAME_LIMIT && GROUP.test(name);
}

/** Whether `name` is a role, `role:…`. */
export function isRole(name: string): boolean {
  return name.length <= NAME_LIMIT && ROLE.test(name);
}

/** Whether `name` can be the subject of a rule. */
export function isSubject(name: string): boolean {
  return name === ANY || isPrincipal(name) || isGroup(name) || isRole(name);
}

/** Whether `name` is a namespace, the root included. */
export function isNamespace(name: string): boolean {
  return name === ROOT_NAMESPACE || (name.length <= NAME_LIMIT && NAMESPACE.test(name));
}

/** Whether `name` is a classification such as `pii.email`. */
export function isClassification(name: string): boolean {
  return name.length <= NAME_LIMIT && CLASSIFICATION.test(name);
}

/** Whether `name` can be the id of a rule. */
export function isRuleId(name: string): boolean {
  return name.length <= NAME_LIMIT && RULE_ID.test(name);
}
