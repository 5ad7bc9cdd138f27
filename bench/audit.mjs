import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { finished } from 'node:stream/promises';
import { generateKeyPairSync, sign } from 'node:crypto';
import { chained, NO_RECORDS } from '../dist/src/policy/audit/chain/chain.js';
import { copyLines } from '../dist/src/policy/audit/chain/copy-lines.js';
import { SegmentWriter } from '../dist/src/policy/audit/chain/segment-writer.js';
import { DedicatedConnection } from '../dist/src/platform/database/dedicated-connection.js';
import { percent, progress, rate, table } from './support/report.mjs';
import { startBenchCairn, untilQuiet } from './support/service.mjs';
import { median, oneOf, randomOf, spread, timed } from './support/statistics.mjs';

const ROUNDS = 3;
const RECORDS_PER_ROUND = 100_000;
const BATCH = 5_000;
const SINGLE_WRITES = 300;
const COLUMNS = '(segment, seq, at, hash, kind, subject, action, namespace, object, is_allowed, body)';

/**
 * How many decisions a second one process chains and gets on disk, and the floor: the same rows by the same COPY into a table with the
 * same indexes, made beforehand. Beside it how long a lone write waits for its decision.
 */
export async function run({ seed, nodeOptions }) {
  const random = randomOf(seed);
  const cairn = await startBenchCairn(nodeOptions);
  const writer = new SegmentWriter({
    connect: () => new DedicatedConnection(cairn.databaseUrl, 'cairn audit'),
    installation: async () => 'bench',
    sign: async (text) => sign(null, Buffer.from(text), key).toString('base64'),
  });
  // Sequential: the floor and the writer never work at once.
  const pool = new pg.Pool({ connectionString: cairn.databaseUrl, max: 1 });
  try {
    await pool.query(`CREATE TABLE audit_floor (LIKE audit_record INCLUDING ALL)`);
    await writer.write(decisions(random, BATCH));
    const rates = { floor: [], chained: [] };
    for (let round = 1; round <= ROUNDS; round++) {
      progress(`audit: round ${round} of ${ROUNDS} …`);
      const batches = Array.from({ length: RECORDS_PER_ROUND / BATCH }, () => decisions(random, BATCH));
      const measure = async (name, work) => {
        const { ms } = await timed(work);
        rates[name].push((1000 * RECORDS_PER_ROUND) / ms);
        await untilQuiet(cairn.service);
      };
      const lines = batches.map((batch, i) => linesOf(round, i, batch));
      await measure('floor', async () => {
        for (const text of lines) await copyInto(pool, text);
      });
      await measure('chained', async () => {
        for (const batch of batches) await writer.write(batch);
      });
    }
    const waits = [];
    for (const draft of decisions(random, SINGLE_WRITES))
      waits.push((await timed(() => writer.write([draft]))).ms);
    const [floor, own] = [median(rates.floor), median(rates.chained)];
    console.log(
      `\naudit     decisions of ${Math.round(linesOf(0, 0, decisions(random, 1)).length)} bytes, ${BATCH} a batch, one process, PostgreSQL ${cairn.version} (fsync on), median of ${ROUNDS} rounds of ${RECORDS_PER_ROUND.toLocaleString('en')}`,
    );
    table([
      ['', 'records', 'of the floor'],
      ['floor: the same rows, not chained', rate(floor), percent(floor, floor)],
      ['chained', rate(own), percent(own, floor)],
    ]);
    const { p50, p95 } = spread(waits);
    console.log(`  one decision on disk: p50 ${p50.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`);
  } finally {
    await writer.stop();
    await pool.end();
    await cairn.stop();
  }
}

const { privateKey: key } = generateKeyPairSync('ed25519');

function decisions(random, count) {
  return Array.from({ length: count }, () => {
    const name = `raw/2026/orders_${Math.floor(random() * 10_000)}`;
    const action = oneOf(random, ['list', 'read', 'write']);
    const subject = oneOf(random, ['user:ana.analyst', 'service:etl', 'user:bob']);
    const groups = ['group:analysts', 'group:eu'];
    return {
      kind: 'decision',
      at: Date.now(),
      said: {
        requestId: 'req-4711',
        bundle: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        input: {
          subject,
          groups,
          action,
          namespace: 'acme/sales',
          kind: 'dataset',
          name,
          tags: ['pii.email'],
          context: { purpose: 'fraud', mfa: true, now: new Date() },
        },
        allowed: true,
        rules: ['R-004'],
        reason: `R-004 allows ${action}`,
      },
    };
  });
}

function linesOf(round, batch, drafts) {
  const segment = `${String(round).padStart(8, '0')}-${String(batch).padStart(4, '0')}-4000-8000-000000000000`;
  return copyLines(segment, chained(NO_RECORDS, drafts).records);
}

async function copyInto(pool, text) {
  const client = await pool.connect();
  try {
    const stream = client.query(copyFrom(`COPY audit_floor ${COLUMNS} FROM STDIN`));
    stream.end(text);
    await finished(stream);
  } finally {
    client.release();
  }
}
