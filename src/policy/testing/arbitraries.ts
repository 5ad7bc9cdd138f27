import fc from 'fast-check';
import type { PolicyContext } from '../condition/attributes.js';
import type { DecisionRequest } from '../decision/decision.js';
import type { Scope } from '../decision/scope.js';
import { ACTIONS, ASSET_KINDS } from '../vocabulary.js';

const ROLES = ['role:a', 'role:b', 'role:c', 'role:d', 'role:e'] as const;
const PRINCIPALS = ['user:u1', 'user:u2', 'user:u3', 'service:s1'] as const;
const GROUPS = ['group:g1', 'group:teams/g2'] as const;
const NAMESPACES = ['acme', 'acme/sales', 'acme/sales/eu', 'acme/hr', 'lab', 'lab/fish'] as const;
const TAGS = ['pii', 'pii.email', 'pii.email.work', 'restricted', 'geo', 'unclassified'] as const;
const INSTANTS = [
  '2026-01-01T00:00:00Z',
  '2026-04-01T12:00:00Z',
  '2026-07-01T00:00:00+02:00',
  '2027-01-01T00:00:00Z',
] as const;
/** Patterns of objects, with every wildcard in every position. */
export const OBJECTS =
  '** */orders **/c dataset/** dataset/orders dataset/raw/** dataset/raw/* dataset/*_1 dataset/x% model/** model/*/c model/**/c endpoint/x* job/raw/**/c workload/* */*.*'.split(
    ' ',
  );
/** Names that the patterns tell apart. */
export const NAMES =
  String.raw`orders raw/a raw/b/c raw/ c x_1 xy1 x% x%y a\b ../orders Orders o.rders é/c`.split(' ');
const CONDITIONS = [
  'branch == main',
  'branch != main',
  'purpose in [fraud audit]',
  'mfa == true',
  'clearance < 3',
  'clearance >= 2 && mfa == true',
  'branch == main && approvals < 2',
  `now < ${INSTANTS[1]}`,
  'protected == false',
];

/** Reads are drawn more often than the rest, so that rules and requests meet. */
const action = fc.oneof(
  { weight: 6, arbitrary: fc.constant('read' as const) },
  fc.constantFrom('list', 'write', 'administer'),
  fc.constantFrom(...ACTIONS),
);
const ruleAction = fc.oneof({ weight: 2, arbitrary: action }, fc.constant('*'));
const subject = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...ROLES) },
  fc.constantFrom(...PRINCIPALS, ...GROUPS),
  fc.constant('*'),
);
const ruleNamespace = fc.oneof(fc.constantFrom(...NAMESPACES), fc.constant('*'));
const condition = fc.oneof({ weight: 3, arbitrary: fc.constant('-') }, fc.constantFrom(...CONDITIONS));
const object = fc.oneof(fc.constant('**'), { weight: 2, arbitrary: fc.constantFrom(...OBJECTS) });
const effect = fc.constantFrom('allow', 'allow', 'allow', 'allow', 'allow', 'allow', 'deny');
const tagTest = fc.oneof(
  { weight: 5, arbitrary: fc.constant('*') },
  fc
    .tuple(
      fc.constantFrom('any', 'all', 'none'),
      fc.uniqueArray(fc.constantFrom(...TAGS), { minLength: 1, maxLength: 2 }),
    )
    .map(([quantifier, tags]) => `${quantifier}(${tags.join(', ')})`),
);

const accessLine = fc
  .tuple(subject, ruleNamespace, object, ruleAction, tagTest, condition, effect)
  .map((columns) => columns.join(', '));
const maskLine = fc
  .tuple(
    fc.oneof(subject, fc.constant('*')),
    fc.oneof(ruleNamespace, fc.constant('*')),
    fc.constantFrom(...TAGS),
    ruleAction,
    fc.constantFrom('null', 'redact', 'constant:x y', 'hmac', 'sha256', 'partial:2', 'date:month', 'none'),
    condition,
  )
  .map(([sub, ns, tag, act, mask, when]) =>
    [sub, ns, tag, act, mask, when, mask === 'none' ? 'deny' : 'allow'].join(', '),
  );

const filterLine = fc
  .tuple(
    fc.oneof(subject, fc.constant('*')),
    ruleNamespace,
    object,
    ruleAction,
    tagTest,
    fc.constantFrom('id < 10', 'region == $region', '(a == 1 || b is null) && `c d` in [x "y z"]', 'none'),
    condition,
  )
  .map(([sub, ns, obj, act, tags, filter, when]) =>
    [sub, ns, obj, act, tags, filter, when, filter === 'none' ? 'deny' : 'allow'].join(', '),
  );

/** Roles lead only to later ones, so that no cycle comes about. */
const roleLine = fc
  .tuple(
    fc.oneof(fc.constantFrom(...PRINCIPALS, ...GROUPS), fc.constantFrom(...ROLES.slice(0, -1))),
    fc.constantFrom(...ROLES),
    ruleNamespace,
    fc.constantFrom('-', '-', '-', INSTANTS[0], INSTANTS[1]),
    fc.constantFrom('-', '-', '-', INSTANTS[2], INSTANTS[3]),
  )
  .filter(([member, role]) => !member.startsWith('role:') || member < role)
  .map((columns) => `g, ${columns.join(', ')}`);

/** Each name under an earlier one, or under `root` (or nothing). */
function treeLines(
  type: string,
  names: readonly string[],
  root: string | undefined,
): fc.Arbitrary<readonly string[]> {
  const parents = names.map((_, index) => fc.integer({ min: -1, max: index - 1 }));
  return fc.tuple(...parents).map((chosen) =>
    chosen.flatMap((parent, index) => {
      const above = parent === -1 ? root : names[parent];
      return above === undefined ? [] : [`${type}, ${names[index]}, ${above}`];
    }),
  );
}

/** The text of a sound policy file: some 10 to 40 lines over few names, so that rules overlap. */
export const policyText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(accessLine, { minLength: 5, maxLength: 20 }),
    fc.array(maskLine, { maxLength: 10 }),
    fc.array(filterLine, { maxLength: 6 }),
    fc.uniqueArray(roleLine, { minLength: 4, maxLength: 16 }),
    treeLines('g2', NAMESPACES, '*'),
    treeLines('g3', TAGS.slice(0, -1), undefined),
  )
  .map(([access, masks, filters, roles, namespaces, tags]) =>
    [
      ...access.map((line, index) => `p, P-${index}, ${line}`),
      ...masks.map((line, index) => `p2, M-${index}, ${line}`),
      ...filters.map((line, index) => `p3, F-${index}, ${line}`),
      // Every role is named by some rule, as the loader demands of roles that are granted.
      ...ROLES.map((role, index) => `p, N-${index}, ${role}, *, endpoint/never, infer, *, -, allow`),
      ...roles,
      ...namespaces,
      ...tags,
    ].join('\n'),
  );

const context: fc.Arbitrary<PolicyContext> = fc.record(
  {
    now: fc.constantFrom(...INSTANTS, '2026-05-05T05:05:05Z').map((text) => new Date(text)),
    branch: fc.constantFrom('main', 'dev'),
    purpose: fc.constantFrom('fraud', 'sales'),
    mfa: fc.boolean(),
    protected: fc.boolean(),
    clearance: fc.integer({ min: 1, max: 4 }),
    approvals: fc.integer({ min: 0, max: 3 }),
  },
  { requiredKeys: ['now'] },
);

/** A question about an asset, in a declared namespace or in one that no line names. */
export const decisionRequest: fc.Arbitrary<DecisionRequest> = fc.record({
  subject: fc.constantFrom(...PRINCIPALS, 'user:nobody'),
  groups: fc.oneof(fc.constant([]), fc.uniqueArray(fc.constantFrom(...GROUPS, 'group:none'))),
  action,
  namespace: fc.constantFrom(...NAMESPACES, 'stray', '*'),
  kind: fc.constantFrom(...ASSET_KINDS, 'dataset' as const),
  name: fc.constantFrom(...NAMES),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS, 'other'), { maxLength: 3 }),
  context,
  appliesMasks: fc.boolean(),
});

/** What a credential is for: some, all or none of namespaces and actions, an undeclared namespace among them. */
export const scope: fc.Arbitrary<Scope> = fc.record(
  {
    namespaces: fc.uniqueArray(fc.constantFrom(...NAMESPACES, 'stray', '*'), { maxLength: 3 }),
    actions: fc.uniqueArray(action, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
