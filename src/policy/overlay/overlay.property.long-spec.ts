import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import type { DecisionRequest } from '../decision/decision.js';
import { planMatches } from '../plan/plan.js';
import { decisionRequest, policyText, scope } from '../testing/arbitraries.js';
import { bundleOf } from '../testing/bundle-of.js';
import { ACTIONS } from '../vocabulary.js';
import { decideUnder, emergenciesOver, type OpenEmergency, planUnder } from './emergency.js';
import { type Grant, policyLinesOf, withGrants } from './grant.js';
import type { Target } from './target.js';

const WINDOW = { from: new Date('2026-03-01T00:00:00Z'), until: new Date('2026-08-01T00:00:00Z') };

/** Something is granted to, or declared by, who asks a question, about what it is asked about. */
const heldBy = ({ subject, action, namespace, kind, name }: DecisionRequest) =>
  fc.record({
    subject: fc.constant(subject),
    target: fc.constantFrom<Target[]>({ namespace, kind, name }, { namespace, kind: null, name: null }),
    actions: fc.constantFrom([action], [...ACTIONS]),
    role: fc.constantFrom(null, null, 'role:a', 'role:c'),
  });
const questions = fc.array(decisionRequest, { minLength: 6, maxLength: 6 });
const asked = questions.chain((all) =>
  fc.record({
    questions: fc.constant(all),
    grants: fc.tuple(...all.slice(0, 3).map(heldBy)).map((some) => some.map(grantOf)),
    emergencies: fc.tuple(...all.slice(2, 5).map(heldBy)).map((some) =>
      some.map(({ subject, target, actions }, at): OpenEmergency => {
        return { subject, target, actions, ...WINDOW, id: `EMERGENCY-${at}` };
      }),
    ),
  }),
);

function grantOf(
  { role, actions, ...rest }: Pick<Grant, 'subject' | 'target' | 'actions' | 'role'>,
  at = 1,
): Grant {
  return { ...rest, ...WINDOW, id: `GRANT-${at}`, role, actions: role === null ? actions : [] };
}

/** Rules that wait for an emergency, beside those of the policy. */
const WAITING = [
  'p, E-0, *, *, dataset/**, *, none(pii), emergency == true, allow',
  'p, E-1, *, *, model/**, *, *, emergency == false, deny',
];

it('what is allowed because a granted role lifts a mask names the grant', () => {
  const text = [
    'p, P-0, *, *, **, read, *, -, allow',
    'p2, M-0, *, *, pii, *, null, -, allow',
    'p2, M-1, role:a, *, pii, *, none, -, deny',
    'g2, lab, *',
    'g3, pii.email, pii',
  ].join('\n');
  const target = { namespace: 'lab', kind: null, name: null };
  const grant = grantOf({ subject: 'user:u1', target, actions: [], role: 'role:a' });
  const policy = new CompiledPolicy(withGrants(bundleOf(text), [grant]));
  const decide = (subject: string) =>
    policy.decide({
      ...{ subject, action: 'read', namespace: 'lab', kind: 'dataset', name: 'd', tags: ['pii.email'] },
      context: { now: WINDOW.from },
    });
  expect(decide('user:u1')).toMatchObject({ allowed: true, rules: ['P-0', 'GRANT-1'] });
  expect(decide('user:u2')).toMatchObject({ allowed: false, rules: ['M-0'] });
});

it('a list is what decisions allow, with grants, emergencies and scopes', () => {
  const seen = { byGrant: 0, byEmergency: 0, denied: 0 };
  fc.assert(
    fc.property(
      policyText,
      asked,
      fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, scope),
      (text, { grants, emergencies, questions: all }, ofCredential) => {
        const bundle = bundleOf([text, ...WAITING].join('\n'));
        const answering = { policy: new CompiledPolicy(withGrants(bundle, grants)), emergencies };
        const files = new CompiledPolicy(bundle);
        for (const question of all) {
          const request = { ...question, scope: ofCredential };
          const { namespace, kind, name, tags, ...rest } = request;
          const decision = decideUnder(answering, request);
          const row = { namespace, kind, name, tags };
          expect(planMatches(planUnder(answering, rest), row)).toBe(decision.allowed);
          const usual = files.decide({ ...request, context: { ...request.context, emergency: false } });
          const named = decision.rules.filter((id) => /^(GRANT|EMERGENCY)-/.test(id));
          // Whatever the files alone would not say is told by the name of a grant or an emergency.
          if (decision.allowed && !usual.allowed) expect(named).not.toEqual([]);
          for (const { id } of emergenciesOver(answering, request)) expect(named).toContain(id);
          if (!decision.allowed) seen.denied += 1;
          else if (named.some((id) => id.startsWith('GRANT'))) seen.byGrant += 1;
          else if (!usual.allowed) seen.byEmergency += 1;
        }
      },
    ),
    { numRuns: 600 },
  );
  expect(Math.min(seen.byGrant, seen.byEmergency, seen.denied)).toBeGreaterThan(30);
});

it('what is granted ends by itself, and says in a policy file what it says beside one', () => {
  fc.assert(
    fc.property(
      policyText,
      decisionRequest.chain((question) => fc.tuple(fc.constant(question), heldBy(question))),
      (text, [question, given]) => {
        const grant = grantOf(given);
        const bundle = bundleOf(text);
        const lines = policyLinesOf(grant);
        fc.pre(lines.every((line) => !line.startsWith('#')));
        const isHeld = bundle.namespaces.names.includes(grant.target.namespace);
        const beside = new CompiledPolicy(withGrants(bundle, [grant]));
        const within = new CompiledPolicy(bundleOf([text, ...(isHeld ? lines : [])].join('\n')));
        expect(beside.decide(question).allowed).toBe(within.decide(question).allowed);
        const late = { ...question, context: { ...question.context, now: WINDOW.until } };
        expect(beside.decide(late).allowed).toBe(new CompiledPolicy(bundle).decide(late).allowed);
      },
    ),
    { numRuns: 300 },
  );
});
