import { z } from 'zod';
import { InvalidInputError, validate } from '../../../platform/errors/index.js';
import { ALL_BUILTIN_RULES } from './builtin-rules.js';
import { RULE_KINDS, type RuleDefinition } from './rule.js';
import { isSameSpelling, type Spelling } from './spelling.js';
import { parseTemplate, TemplateError, variablesOf } from './template.js';

/** OpenLineage's namespace of what Cairn itself versions or runs: no rule may give that another name. */
const MANAGED = 'cairn';

const SPELLING = z.object({
  namespace: z.string().min(1, 'must not be empty').max(1_000, 'must be at most 1000 characters'),
  name: z.string().min(1, 'must not be empty').max(1_400, 'must be at most 1400 characters').nullish(),
});

/** A rule as people write it: which fields it needs, its kind says. */
export const RULE_INPUT = z.object({
  kind: z.enum(RULE_KINDS),
  space: z.enum(['data', 'job']).nullish(),
  from: SPELLING.nullish(),
  to: SPELLING.nullish(),
  rule: z.string().nullish(),
});

/** Why a rule is made or removed. */
export const REASON = z
  .string()
  .trim()
  .min(1, 'must say why, in 1 to 1000 characters')
  .max(1_000, 'must say why, in 1 to 1000 characters');

/** @param at path of the input in the request @throws {InvalidInputError} naming field and rule */
export function definitionOf(input: unknown, at = 'input'): RuleDefinition {
  const { kind, space: given, ...fields } = validate(RULE_INPUT, input, at);
  const space = given ?? 'data';
  if (kind === 'off') {
    const rule = fields.rule ?? '';
    if (!ALL_BUILTIN_RULES.some(({ id }) => id === rule))
      refuse(`${at}.rule`, `must be one of ${ALL_BUILTIN_RULES.map(({ id }) => id).join(', ')}`);
    return { kind, rule };
  }
  if (kind === 'namespace') {
    const [from, to] = [namespaceIn(fields.from, `${at}.from`), namespaceIn(fields.to, `${at}.to`)];
    if (from === to) refuse(`${at}.to`, 'must be another than from');
    refuseManaged(from, `${at}.from.namespace`);
    return { kind, from, to };
  }
  const from = spellingIn(fields.from, `${at}.from`);
  if (kind === 'statement') {
    checkPattern(from, `${at}.from`);
    return { kind, from };
  }
  const to = spellingIn(fields.to, `${at}.to`);
  if (isSameSpelling(from, to)) refuse(`${at}.to`, 'must be another than from');
  if (kind !== 'apart') refuseManaged(from.namespace, `${at}.from.namespace`);
  if (kind === 'template') checkTemplate(from, to, at);
  return { kind, space, from, to };
}

type GivenSpelling = z.output<typeof SPELLING> | null | undefined;

function namespaceIn(given: GivenSpelling, at: string): string {
  if (given === null || given === undefined) refuse(at, 'is required');
  if (given.name !== null && given.name !== undefined)
    refuse(`${at}.name`, 'must be absent: the rule is about a whole namespace');
  return given.namespace;
}

function spellingIn(given: GivenSpelling, at: string): Spelling {
  if (given === null || given === undefined) refuse(at, 'is required');
  const { namespace, name } = given;
  if (name === null || name === undefined) refuse(`${at}.name`, 'is required');
  return { namespace, name };
}

function checkTemplate(from: Spelling, to: Spelling, at: string): void {
  const known = checkPattern(from, `${at}.from`);
  for (const field of ['namespace', 'name'] as const) {
    const unknown = readTemplate(to[field], `${at}.to.${field}`, true).find((name) => !known.has(name));
    if (unknown !== undefined)
      refuse(`${at}.to.${field}`, `must name variables of from only, not {${unknown}}`);
  }
}

function checkPattern(from: Spelling, at: string): Set<string> {
  const ofNamespace = readTemplate(from.namespace, `${at}.namespace`);
  const ofName = readTemplate(from.name, `${at}.name`);
  const twice = ofName.find((name) => ofNamespace.includes(name));
  if (twice !== undefined) refuse(`${at}.name`, `must name {${twice}} once, in the namespace or in the name`);
  return new Set([...ofNamespace, ...ofName]);
}

/** @returns its variables */
function readTemplate(text: string, at: string, isTarget = false): string[] {
  try {
    return variablesOf(parseTemplate(text, isTarget));
  } catch (error) {
    if (error instanceof TemplateError) refuse(at, error.rule);
    throw error;
  }
}

function refuseManaged(namespace: string, at: string): void {
  if (namespace === MANAGED) refuse(at, 'must not be cairn: what Cairn manages has one name');
}

function refuse(field: string, rule: string): never {
  throw new InvalidInputError(field, rule);
}
