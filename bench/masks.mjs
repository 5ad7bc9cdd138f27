import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { TaskRunner } from '../dist/src/catalog/merging/task-runner.js';
import { progress, table } from './support/report.mjs';
import { timed } from './support/statistics.mjs';

const ROWS = 1_000_000;
const TIMEOUT_MS = 300_000;

/**
 * How long it takes to mask a table of a million rows, beside DuckDB copying the same file without masks on one thread in the same run. A
 * column is digested by key, one starred, one cut to years, and half of the rows filtered out.
 */
export async function run({ seed }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-bench-masks-'));
  const runner = new TaskRunner();
  // The runner's children alone keep no process alive.
  const awake = setInterval(() => undefined, 1_000);
  try {
    const rows = [['format', 'MiB', 'copy by DuckDB', 'masked', 'ratio', 'rows a second']];
    for (const format of ['parquet', 'csv']) rows.push(await measured(runner, folder, format, seed));
    console.log(`\nmasks     ${ROWS} rows of 5 columns, three of them masked, half of the rows left`);
    table(rows);
  } finally {
    clearInterval(awake);
    runner.onModuleDestroy();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(runner, folder, format, seed) {
  progress(`masks: ${format} …`);
  const raw = path.join(folder, 'raw');
  await duckdb(
    `COPY (SELECT i AS id, 'person' || (hash(i + ${seed}) % 1000000) || '@example.org' AS mail, '+49 ' || (hash(i) % 1000000000) AS phone,
       (DATE '1950-01-01' + (hash(i) % 20000)::INTEGER) AS born, i % 2 = 0 AS is_even FROM range(${ROWS}) t(i)) TO '${raw}' (FORMAT ${format})`,
  );
  const from = format === 'csv' ? `read_csv('${raw}')` : `read_parquet('${raw}')`;
  const { ms: floorMs } = await timed(() =>
    duckdb(`COPY (SELECT * FROM ${from}) TO '${path.join(folder, 'copy')}' (FORMAT ${format})`),
  );
  const filter = { kind: 'compare', column: 'is_even', type: 'boolean', operator: '==', operands: [true] };
  const obligations = {
    masks: [
      { column: 'mail', mask: { kind: 'hmac' } },
      { column: 'phone', mask: { kind: 'partial', shown: 4 } },
      { column: 'born', mask: { kind: 'date', part: 'year' } },
    ],
    filters: [{ rule: 'EVEN', filter }],
  };
  const { size } = statSync(raw);
  const task = { kind: 'mask', format, directory: folder, obligations, key: Buffer.alloc(32, 1) };
  const { result, ms } = await timed(() => runner.run(task, size, TIMEOUT_MS));
  if (result.kind !== 'answer' || result.answer.kind !== 'written') throw new Error(JSON.stringify(result));
  const seconds = (of) => `${(of / 1000).toFixed(2)} s`;
  return [
    ...[format, (size / 2 ** 20).toFixed(0), seconds(floorMs), seconds(ms)],
    ...[`${(ms / floorMs).toFixed(1)}×`, Math.round((1000 * ROWS) / ms).toLocaleString('en')],
  ];
}

async function duckdb(sql) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(sql);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
