import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AuditLogModel, type Row, type Step } from '../../../test/support/audit-log-model.js';
import type { Draft } from '../../../src/policy/audit/chain/record.js';
import { Keys } from './keys.js';
import { type Verdict, Verifier } from './verifier.js';

const NAME = fc.oneof(
  fc.constantFrom('orders', 'raw/2026', 'a\tb\\n', 'nul\0', 'half\ud800', 'ünï'),
  fc.string({ maxLength: 12, unit: 'binary' }),
);

const DECISION: fc.Arbitrary<Draft> = fc
  .record({ subject: fc.constantFrom('user:ana', 'service:etl'), name: NAME, allowed: fc.boolean() })
  .map(({ subject, name, allowed }) => ({
    ...{ kind: 'decision', at: 0 },
    said: {
      bundle: 'b',
      input: {
        subject,
        action: 'read',
        namespace: 'acme',
        kind: 'dataset',
        name,
        tags: [],
        context: { now: new Date(0) },
      },
      ...{ allowed, rules: ['R-1'], reason: 'because' },
    },
  }));

const CHANGE: fc.Arbitrary<Draft> = NAME.map((name) => ({
  ...{ kind: 'change', at: 0 },
  said: { id: 'c', subject: 'user:ana', action: 'token.issued', on: 'token', name, detail: { label: 'x' } },
}));

const STEPS: fc.Arbitrary<Step[]> = fc
  .array(
    fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({
          append: fc.nat(3),
          drafts: fc.array(fc.oneof(DECISION, CHANGE), { minLength: 1, maxLength: 6 }),
        }),
      },
      { weight: 2, arbitrary: fc.constant<Step>('root') },
      { weight: 1, arbitrary: fc.record({ close: fc.nat(3) }) },
    ),
    { minLength: 2, maxLength: 14 },
  )
  .map((steps) => [{ append: 0, drafts: [] }, ...steps, 'root']);

function verdictOf({ keys }: AuditLogModel, lines: readonly string[], pin?: Verdict['lastRoot']): Verdict {
  const believed = new Keys();
  believed.add(keys.pem);
  const verifier = new Verifier(believed, pin);
  for (const line of lines) verifier.take(line);
  return verifier.finish();
}

async function logOf(steps: readonly Step[]): Promise<AuditLogModel> {
  const log = new AuditLogModel();
  await log.play(steps);
  return log;
}

/** What somebody may do to the log; each gives false when it finds nothing to do. */
type Tampering = (log: AuditLogModel, pick: (count: number) => number) => boolean;

const inRows =
  (change: (row: Row, log: AuditLogModel, pick: (count: number) => number) => void): Tampering =>
  (log, pick) => {
    const rows = log.rows.filter((row) => log.isRooted(row));
    change(rows[pick(rows.length)]!, log, pick);
    return true;
  };

const TAMPERINGS: Record<string, Tampering> = {
  'a field of a body is edited': inRows((row) => (row.body = row.body.replace(/"at":"2/, '"at":"1'))),
  'a letter of a body is edited': inRows((row, _, pick) => {
    const at = pick(row.body.length);
    row.body =
      row.body.slice(0, at) + String.fromCharCode(row.body.charCodeAt(at) ^ 1) + row.body.slice(at + 1);
  }),
  'a body is edited and all hashes after it are computed anew': inRows((row, log) => {
    row.body = row.body.replace(/}$/, ',"x":1}');
    log.rechain(row.segment, row.seq);
  }),
  'a bit of a hash is flipped': inRows((row) => {
    row.hash = `${(Number.parseInt(row.hash[0]!, 16) ^ 1).toString(16)}${row.hash.slice(1)}`;
  }),
  'a column is edited': inRows((row, _, pick) => {
    const keys = ['subject', 'action', 'namespace', 'object', 'kind'] as const;
    const key = keys[pick(keys.length)]!;
    row[key] = `${row[key] ?? ''}x`;
  }),
  'a time is edited': inRows((row) => (row.at = row.at.replace(/000Z$/, '001Z'))),
  'an answer is turned round in its column': inRows((row) => (row.isAllowed = row.isAllowed !== true)),
  'a record is deleted': inRows((row, log) => log.rows.splice(log.rows.indexOf(row), 1)),
  'a record is deleted and the others move up': inRows((row, log) => {
    log.rows.splice(log.rows.indexOf(row), 1);
    for (const other of log.rows) if (other.segment === row.segment && other.seq > row.seq) other.seq -= 1;
    log.rechain(row.segment, row.seq);
  }),
  'two records change places': (log, pick) => {
    const rows = log.rows.filter((row) => log.isRooted(row));
    const [one, other] = [rows[pick(rows.length)]!, rows[pick(rows.length)]!];
    if (one.body === other.body) return false;
    [one.body, other.body] = [other.body, one.body];
    [one.at, other.at] = [other.at, one.at];
    log.rechain(one.segment, 0);
    log.rechain(other.segment, 0);
    return true;
  },
  'a record is inserted twice': inRows((row, log) =>
    log.rows.push({ ...row, at: row.at.replace(/000Z$/, '005Z') }),
  ),
  'a record is inserted before all': inRows((row, log) => log.rows.push({ ...row, seq: -1 })),
  'a record is inserted between others, which move on': (log, pick) => {
    const isFollowed = ({ segment, seq }: Row): boolean =>
      log.rows.some((other) => other.segment === segment && other.seq > seq && log.isRooted(other));
    const rows = log.rows.filter(isFollowed);
    if (rows.length === 0) return false;
    const row = rows[pick(rows.length)]!;
    for (const other of log.rows) if (other.segment === row.segment && other.seq > row.seq) other.seq += 1;
    log.rows.push({ ...row, seq: row.seq + 1 });
    log.rechain(row.segment, 0);
    return true;
  },
  'a segment is invented': inRows((row, log) => {
    const segment = 'ffffffff-0000-4000-8000-000000000000';
    const body = log.rows[0]!.body.replace(log.rows[0]!.segment, segment);
    log.rows.push({ ...log.rows[0]!, segment, body, kind: 'opened' }, { ...row, segment, seq: 1 });
    log.rechain(segment, 0);
  }),
  'a segment is cut off': inRows((row, log) => {
    log.rows = log.rows.filter((other) => other.segment !== row.segment || other.seq < row.seq);
  }),
  'a whole segment is deleted': inRows((row, log) => {
    log.rows = log.rows.filter((other) => other.segment !== row.segment);
  }),
  'a segment gets another name': inRows((row, log) => {
    for (const other of log.rows.filter(({ segment }) => segment === row.segment))
      other.segment = 'eeeeeeee-0000-4000-8000-000000000000';
  }),
  'a root is edited': (log, pick) => {
    const root = log.roots[pick(log.roots.length)]!;
    root.text = root.text.replace(/\\"at\\":\\"2/, '\\"at\\":\\"1');
    return true;
  },
  'a root is signed by somebody else': (log, pick) => {
    const root = log.roots[pick(log.roots.length)]!;
    root.text = AuditLogModel.forge((JSON.parse(root.text) as { document: string }).document);
    return true;
  },
  'a root is deleted': (log, pick) => log.roots.splice(pick(log.roots.length), 1).length > 0,
  'two roots change places': (log, pick) => {
    const [one, other] = [log.roots[pick(log.roots.length)]!, log.roots[pick(log.roots.length)]!];
    [one.text, other.text] = [other.text, one.text];
    return one !== other;
  },
  'the database’s copies of roots are cut off': (log) => log.copies.splice(-2).length === 2,
};

describe('an audit log', () => {
  test('as it was written is genuine, whatever is in it', async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const log = await logOf(steps);
        expect(verdictOf(log, log.evidence())).toMatchObject({
          isGenuine: true,
          problems: [],
          records: log.rows.length,
        });
      }),
      { numRuns: 40 },
    );
  });

  test.each(Object.keys(TAMPERINGS))('%s: that is found', async (name) => {
    await fc.assert(
      fc.asyncProperty(STEPS, fc.infiniteStream(fc.nat(1_000_000)), async (steps, numbers) => {
        const log = await logOf(steps);
        const before = log.evidence();
        const pick = (count: number): number => (numbers.next().value as number) % count;
        fc.pre(TAMPERINGS[name]!(log, pick));
        fc.pre(JSON.stringify(log.evidence()) !== JSON.stringify(before));
        expect(verdictOf(log, log.evidence()).isGenuine).toBe(false);
      }),
      { numRuns: 12 },
    );
  });

  test('set back to an older copy, with its roots, is found by who noted a later root', async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, STEPS, async (steps, more) => {
        const log = await logOf(steps);
        const older = log.copy();
        const opened = await logOf([...steps, { append: 4, drafts: [] }, ...more, 'root']);
        const { lastRoot } = verdictOf(opened, opened.evidence());
        expect(verdictOf(older, older.evidence(), lastRoot).isGenuine).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('of which a database alone was set back is found by its roots', async () => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const log = await logOf(steps);
        const older = log.copy();
        await log.play([{ append: 4, drafts: [] }, 'root']);
        log.rows = older.rows;
        expect(verdictOf(log, log.evidence()).isGenuine).toBe(false);
      }),
      { numRuns: 10 },
    );
  });

  test('cut off while it is told is found', async () => {
    const log = await logOf([{ append: 0, drafts: [] }, 'root', { append: 1, drafts: [] }]);
    const lines = log.evidence();
    for (let count = 0; count < lines.length; count++)
      expect(verdictOf(log, lines.slice(0, count)).isGenuine).toBe(false);
  });
});
