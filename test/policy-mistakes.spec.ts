import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { planMatches } from '../src/policy/plan/plan.js';
import { comparePolicies } from '../src/policy/diff/compare-policies.js';
import type { GovernedAsset, GovernedAssets } from '../src/policy/diff/governed-assets.js';
import {
  checkBundle,
  CompiledPolicy,
  coverageOf,
  type Finding,
  mutate,
  PolicyBundleError,
  readBundleFiles,
} from '../src/policy/toolkit/index.js';
import { acceptBundle } from '../src/policy/check/check-bundle.js';

const SOUND = 'test/fixtures/acme-policies';
const NOW = new Date('2026-06-01T12:00:00Z');

/** The first thing that a security team runs and that shows the mistake, in the order in which they run. */
type Stage = 'loader' | 'lint' | 'test' | 'diff';

interface Mistake {
  readonly what: string;
  readonly by: Stage;
  /** The check that finds it; of a diff what it says. */
  readonly check: string;
  /** By default in acme.csv. */
  readonly edits: readonly (readonly [from: string | RegExp, to: string, file?: string])[];
  readonly renames?: readonly [from: string, to: string];
}

const MISTAKES: readonly Mistake[] = [
  { what: 'a quote is missing', by: 'loader', check: 'condition', edits: [['"payroll"', '"payroll']] },
  {
    what: 'Deny with a capital',
    by: 'loader',
    check: 'effect',
    edits: [['approvals < 2, deny', 'approvals < 2, Deny']],
  },
  {
    what: 'a comment after a rule',
    by: 'loader',
    check: 'comment',
    edits: [['clearance < 3, deny', 'clearance < 3, deny # legal']],
  },
  {
    what: 'object and action are swapped',
    by: 'loader',
    check: 'action',
    edits: [['acme/sales, **, merge', 'acme/sales, merge, **']],
  },
  {
    what: 'an attribute is misspelt',
    by: 'loader',
    check: 'condition',
    edits: [['clearance < 3', 'clearence < 3']],
  },
  {
    what: 'a namespace is misspelt',
    by: 'loader',
    check: 'namespace',
    edits: [['NO-HR, *, acme/hr', 'NO-HR, *, acme/rh']],
  },
  {
    what: 'a granted role is misspelt',
    by: 'loader',
    check: 'role',
    edits: [['user:rea, role:reader', 'user:rea, role:raeder']],
  },
  {
    what: 'two roles lead to each other',
    by: 'loader',
    check: 'cycle',
    edits: [[/^/, 'g, role:reader, role:steward, *, -, -\n']],
  },
  {
    what: 'denies in a file that is no .csv',
    by: 'loader',
    check: 'file',
    edits: [],
    renames: ['acme.csv', 'acme.cvs'],
  },
  {
    what: 'the classification of a deny is misspelt',
    by: 'lint',
    check: 'tag',
    edits: [['any(restricted)', 'any(restrcted)']],
  },
  {
    what: 'an exemption is for everybody',
    by: 'lint',
    check: 'dead',
    edits: [[/FRAUD-PII.*$/m, 'FRAUD-PII, *, acme, pii, read, none, -, deny']],
  },
  {
    what: 'two values of one attribute in a deny',
    by: 'lint',
    check: 'never',
    edits: [['branch == main &&', 'branch == main && branch == master &&']],
  },
  {
    what: 'a deny is turned to an allow',
    by: 'lint',
    check: 'everybody',
    edits: [['"payroll", deny', '"payroll", allow']],
  },
  {
    what: 'a window of the wrong year',
    by: 'lint',
    check: 'expired',
    edits: [['2026-01-01T00:00:00Z, 2027-01-01', '2025-01-01T00:00:00Z, 2026-01-01']],
  },
  {
    what: 'a mask is lost, and its exemption stays',
    by: 'lint',
    check: 'idle-mask',
    edits: [[/^p2, MASK-PII.*\n/m, '']],
  },
  {
    what: 'an exemption from a row filter is for everybody',
    by: 'lint',
    check: 'dead',
    edits: [[/FRAUD-ORDERS.*$/m, 'FRAUD-ORDERS, *, acme, dataset/**, read, *, none, -, deny']],
  },
  {
    what: 'a part of a row filter is lost',
    by: 'test',
    check: 'case',
    edits: [[' && cancelled is null', '']],
  },
  { what: 'a deny is lost', by: 'test', check: 'case', edits: [[/^p, NO-RESTRICTED.*\n/m, '']] },
  {
    what: 'a deny stands in the wrong namespace',
    by: 'test',
    check: 'case',
    edits: [['NO-RESTRICTED, *, acme,', 'NO-RESTRICTED, *, acme/hr,']],
  },
  {
    what: 'a pattern is widened',
    by: 'test',
    check: 'case',
    edits: [['dataset/orders, read', 'dataset/**, read']],
  },
  {
    what: 'a comparison is turned round',
    by: 'test',
    check: 'case',
    edits: [['clearance < 3', 'clearance > 3']],
  },
  { what: 'a mask is weakened', by: 'test', check: 'case', edits: [['read, sha256', 'read, partial:4']] },
  {
    what: 'a classification loses the one above it',
    by: 'test',
    check: 'case',
    edits: [['g3, pii.email, pii', 'g3, pii.email, *']],
  },
  {
    what: 'training is not kept from personal data',
    by: 'test',
    check: 'case',
    edits: [['train, none(pii)', 'train, *', 'roles.csv']],
  },
  {
    what: 'a new grant stands everywhere',
    by: 'diff',
    check: 'gained: list, read by group:contractors of 6 assets',
    edits: [[/^g, user:eddi/m, 'g, group:contractors, role:reader, *, -, -\n$&']],
  },
  {
    what: 'a new rule is about more than was meant',
    by: 'diff',
    check: 'gained: manage by user:eddi, user:stu of 2 assets',
    edits: [[/^p, FOUR-EYES/m, 'p, EDITOR-MODELS, role:editor, acme, model/**, manage, *, -, allow\n$&']],
  },
  {
    what: 'a rule is removed together with its tests',
    by: 'diff',
    check: 'lost: read by user:vendor1 of 1 assets',
    edits: [
      [/^p, VENDOR-ORDERS.*\n/m, ''],
      [/^ {2}vendor.*\n/gm, '', 'tests/acme.yaml'],
      [/^.*principals: vendor.*\n/gm, '', 'tests/acme.yaml'],
    ],
  },
  {
    what: 'a row filter is removed together with its tests',
    by: 'diff',
    check: 'filtered-otherwise: read by group:fraud-team, user:eddi, user:rea, user:stu of 1 assets',
    edits: [
      [/^p3, .*\n/gm, ''],
      [/^ {4}filters: .*\n/gm, '', 'tests/acme.yaml'],
    ],
  },
];

/** What there is when the policy is changed; the tests know of some of it. */
const ASSETS: readonly GovernedAsset[] = [
  ['acme/sales', 'dataset', 'orders', []],
  ['acme/sales', 'dataset', 'emails', ['pii.email']],
  ['acme/sales', 'dataset', 'prices', ['restricted']],
  ['acme/hr', 'dataset', 'wages', []],
  ['acme/sales', 'model', 'churn', []],
  ['acme/sales', 'model', 'payday', []],
  ['external', 'dataset', 'leads', []],
  ['external', 'dataset', 'partners', ['pii.name']],
].map(
  ([namespace, kind, name, tags]) =>
    ({ id: `${name as string}`, namespace, kind, name, tags }) as GovernedAsset,
);

const CATALOG: GovernedAssets = {
  count: async (plans) => plans.map((plan) => ASSETS.filter((asset) => planMatches(plan, asset)).length),
  first: async (plan, limit) => ASSETS.filter((asset) => planMatches(plan, asset)).slice(0, limit),
  find: async (id) => ASSETS.find((asset) => asset.id === id),
};

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-mistakes-'));
const caught: Record<string, string>[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true });
  if (process.env['MISTAKES_SHOW'] !== undefined) console.table(caught);
});

/** The sound policy with a mistake in it. */
function withMistake({ edits, renames }: Mistake): string {
  const directory = mkdtempSync(path.join(folder, 'policy-'));
  cpSync(SOUND, directory, { recursive: true });
  for (const [from, to, file = 'acme.csv'] of edits) {
    const before = readFileSync(path.join(directory, file), 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} does not hold ${String(from)}`);
    writeFileSync(path.join(directory, file), after);
  }
  if (renames) renameSync(path.join(directory, renames[0]), path.join(directory, renames[1]));
  return directory;
}

interface Caught {
  readonly by: Stage;
  readonly check: string;
  readonly where: string;
  readonly says: string;
}

/** What a pipeline finds that stops at the first stage that finds anything. */
async function pipeline(directory: string): Promise<Caught | undefined> {
  const first = (by: Stage, findings: readonly Pick<Finding, 'check' | 'file' | 'line' | 'message'>[]) => {
    const [finding] = findings;
    return (
      finding && { by, check: finding.check, where: `${finding.file}:${finding.line}`, says: finding.message }
    );
  };
  let files;
  try {
    files = await readBundleFiles(directory);
  } catch (error) {
    if (!(error instanceof PolicyBundleError)) throw error;
    return first(
      'loader',
      error.problems.map((problem) => ({ ...problem, check: problem.rule })),
    );
  }
  const { bundle, findings } = checkBundle(files, NOW);
  if (bundle === undefined) return first('loader', findings);
  const failures = findings.filter(({ check }) => check === 'case');
  const odd = findings.filter(({ check }) => check !== 'case');
  const found = first('lint', odd) ?? first('test', failures);
  if (found !== undefined) return found;

  const sound = new CompiledPolicy(acceptBundle(await readBundleFiles(SOUND)).bundle);
  const asking = { known: [], said: {}, now: NOW };
  const { access, lines } = await comparePolicies(sound, new CompiledPolicy(bundle), asking, CATALOG);
  const [change] = access;
  if (change === undefined) return undefined;
  const { kind, actions, principals, total } = change;
  const says = `${kind}: ${actions.join(', ')} by ${principals.join(', ')} of ${total} assets`;
  return { by: 'diff', check: says, where: `${lines[0]?.file}:${lines[0]?.line}`, says };
}

describe(`${MISTAKES.length} mistakes of a security team are caught before they take effect`, () => {
  it('there are 28 of them, and the policy without them is sound and wholly tested', async () => {
    expect(MISTAKES).toHaveLength(28);
    const { bundle, findings, questions } = checkBundle(await readBundleFiles(SOUND), NOW);
    expect(findings).toEqual([]);
    const policy = new CompiledPolicy(bundle!);
    expect((await mutate(policy, questions)).survivors).toEqual([]);
    expect(coverageOf(policy, questions).rules.uncovered).toEqual([]);
    expect(await pipeline(SOUND)).toBeUndefined();
  });

  it.each(MISTAKES.map((mistake) => [mistake.what, mistake.by, mistake] as const))(
    '%s: %s',
    async (what, by, mistake) => {
      const directory = withMistake(mistake);
      const found = await pipeline(directory);
      expect(found).toMatchObject({ by, check: mistake.check });
      const accepting = readBundleFiles(directory).then(acceptBundle);
      const isRefused = await accepting.then(
        () => false,
        (error: unknown) => error instanceof PolicyBundleError,
      );
      // Nothing in the files contradicts what a reviewer alone can know to be a mistake.
      expect(isRefused).toBe(by !== 'diff');
      caught.push({
        mistake: what,
        'caught by': by === 'diff' ? by : `${by} (${mistake.check})`,
        at: found!.where,
        'the service': isRefused ? 'refuses it' : 'shows who gains and loses',
        says: found!.says.slice(0, 90),
      });
    },
  );
});
