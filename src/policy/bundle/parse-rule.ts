import { parseCondition } from '../condition/parse-condition.js';
import type { Condition } from '../condition/condition.js';
import { NO_FILTER, type RowFilter } from '../filter/filter.js';
import { parseFilter } from '../filter/parse-filter.js';
import { parseObjectGlob } from '../glob/object-glob.js';
import { NO_MASK, parseMask } from '../mask/mask.js';
import type { Mask } from '../mask/mask.js';
import { ACTIONS, ANY, isAction } from '../vocabulary.js';
import type { Action } from '../vocabulary.js';
import type { AccessRule, FilterRule, MaskRule, TagTest } from './bundle.js';
import { isClassification, isNamespace, isRuleId, isSubject } from './names.js';
import { didYouMean } from './nearest.js';
import type { PolicyLine } from './policy-lines.js';
import type { Problems } from './problems.js';

const TAG_TEST = /^(any|all|none)\((.*)\)$/;

/** Parses `p, id, sub, ns, obj, act, tags, when, eft`; undefined when anything is wrong with it. */
export function parseAccessRule(line: PolicyLine, problems: Problems): AccessRule | undefined {
  const [, id = '', sub = '', ns = '', obj = '', act = '', tagText = '', when = '', eft = ''] = line.columns;
  const common = parseCommon(line, { id, sub, ns, act, when, eft }, problems);
  const object = problems.take(parseObjectGlob(obj), line, 'object', `${id}: `);
  const tags = problems.take(parseTagTest(tagText), line, 'tag', `${id}: `);
  if (object?.kind === 'system' && act !== ANY && act !== 'administer') {
    problems.add(line, 'action', `${id}: system objects know only the action administer, not "${act}"`);
    return undefined;
  }
  if (common === undefined || object === undefined || tags === undefined) return undefined;
  return { ...common, object, tags };
}

/** Parses `p2, id, sub, ns, tag, act, mask, when, eft`; undefined when anything is wrong with it. */
export function parseMaskRule(line: PolicyLine, problems: Problems): MaskRule | undefined {
  const [, id = '', sub = '', ns = '', tag = '', act = '', maskText = '', when = '', eft = ''] = line.columns;
  const common = parseCommon(line, { id, sub, ns, act, when, eft }, problems);
  if (!isClassification(tag))
    problems.add(line, 'tag', `${id}: "${tag}" is not a classification such as pii.email`);
  const isExemption = eft === 'deny';
  let mask: Mask | undefined;
  if (!isExemption) mask = problems.take(parseMask(maskText), line, 'mask', `${id}: `);
  else if (maskText !== NO_MASK) {
    problems.add(line, 'mask', `${id}: an exemption (deny) names the mask ${NO_MASK}, not "${maskText}"`);
  }
  if (common === undefined || (mask === undefined && !isExemption)) return undefined;
  const { subject, namespace, action } = common;
  return { id, subject, namespace, action, when: common.when, tag, mask };
}

/** Parses `p3, id, sub, ns, obj, act, tags, filter, when, eft`; undefined when anything is wrong with it. */
export function parseFilterRule(line: PolicyLine, problems: Problems): FilterRule | undefined {
  const [, id = '', sub = '', ns = '', obj = '', act = '', tagText = '', text = '', when = '', eft = ''] =
    line.columns;
  const common = parseCommon(line, { id, sub, ns, act, when, eft }, problems);
  const object = problems.take(parseObjectGlob(obj), line, 'object', `${id}: `);
  const tags = problems.take(parseTagTest(tagText), line, 'tag', `${id}: `);
  const isExemption = eft === 'deny';
  let filter: RowFilter | undefined;
  if (!isExemption) filter = problems.take(parseFilter(text), line, 'filter', `${id}: the filter `);
  else if (text !== NO_FILTER) {
    problems.add(line, 'filter', `${id}: an exemption (deny) names the filter ${NO_FILTER}, not "${text}"`);
  }
  if (common === undefined || object === undefined || tags === undefined) return undefined;
  if (filter === undefined && !isExemption) return undefined;
  const { subject, namespace, action } = common;
  return { id, subject, namespace, action, when: common.when, object, tags, filter };
}

interface Common {
  readonly id: string;
  readonly subject: string;
  readonly namespace: string;
  readonly action: Action | '*';
  readonly when: Condition;
  readonly effect: 'allow' | 'deny';
}

function parseCommon(
  line: PolicyLine,
  { id, sub, ns, act, when, eft }: Readonly<Record<'id' | 'sub' | 'ns' | 'act' | 'when' | 'eft', string>>,
  problems: Problems,
): Common | undefined {
  if (!isRuleId(id)) {
    problems.add(line, 'id', `"${id}" is not an id; use letters, digits, dots, dashes and underscores`);
  }
  if (!isSubject(sub)) {
    problems.add(
      line,
      'subject',
      `${id}: "${sub}" is not a subject; write user:NAME, service:NAME, group:NAME, role:NAME or *`,
    );
  }
  if (!isNamespace(ns)) {
    problems.add(line, 'namespace', `${id}: "${ns}" is not a namespace; write names joined by slashes, or *`);
  }
  const action = act === ANY || isAction(act) ? act : undefined;
  if (action === undefined) {
    problems.add(
      line,
      'action',
      `${id}: "${act}" is not an action; there are ${ACTIONS.join(', ')} and *${didYouMean(act, ACTIONS)}`,
    );
  }
  const condition = problems.take(parseCondition(when), line, 'condition', `${id}: the condition `);
  if (eft !== 'allow' && eft !== 'deny') {
    problems.add(line, 'effect', `${id}: the effect is exactly allow or deny, not "${eft}"`);
    return undefined;
  }
  if (action === undefined || condition === undefined) return undefined;
  return { id, subject: sub, namespace: ns, action, when: condition, effect: eft };
}

function parseTagTest(text: string): TagTest | string {
  if (text === ANY) return { quantifier: 'always', tags: [] };
  const match = TAG_TEST.exec(text);
  const quantifier = match?.[1];
  if (match === null || (quantifier !== 'any' && quantifier !== 'all' && quantifier !== 'none')) {
    return `"${text}" is not a test of tags; write *, any(…), all(…) or none(…)`;
  }
  const tags = (match[2] ?? '').split(',').map((tag) => tag.trim());
  const wrong = tags.find((tag) => !isClassification(tag));
  if (wrong !== undefined) return `"${wrong}" in "${text}" is not a classification such as pii.email`;
  return { quantifier, tags: [...new Set(tags)].sort() };
}
