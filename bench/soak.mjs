import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { cpuTimes } from './support/cpu.mjs';
import { eventOfSize } from './support/events.mjs';
import { ms, progress, rate, table } from './support/report.mjs';
import { startBenchCairn } from './support/service.mjs';
import { percentile, randomOf } from './support/statistics.mjs';

const EVENT_BYTES = 5 * 1024;
const WRITERS = 64;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 600);
const KILLS = Number(process.env.BENCH_KILLS ?? 2);
const WARM_UP_SECONDS = 10;
const AGAIN_MS = 100;

/**
 * 64 writers post 5 KB events one after the other for BENCH_SECONDS (600), while the service is killed BENCH_KILLS (2) times at random
 * instants and started again. Writers send again what was not answered. In the end every event that was acknowledged must be in the log
 * and in the graph.
 */
export async function run({ seed, nodeOptions }) {
  const random = randomOf(seed);
  const cairn = await startBenchCairn(nodeOptions);
  try {
    const state = {
      service: opened(cairn),
      isOver: false,
      seconds: [],
      latencies: [],
      ids: new Set(),
      again: 0,
    };
    const writers = Array.from({ length: WRITERS }, () => write(cairn, random, state));
    await setTimeout(WARM_UP_SECONDS * 1_000);
    Object.assign(state, { seconds: [], latencies: [], begun: Date.now() });
    const cpuBefore = cpuTimes(cairn);
    const kills = Array.from({ length: KILLS }, () => random() * SECONDS * 1_000).sort((a, b) => a - b);
    let downMs = 0;
    for (const at of kills) {
      await waiting(state, at);
      const killedAt = Date.now();
      await state.service.kill();
      await state.service.pool.destroy();
      state.service = opened(await cairn.another());
      downMs += Date.now() - killedAt;
    }
    await waiting(state, SECONDS * 1_000);
    const cpuAfter = cpuTimes({ ...cairn, pid: state.service.pid });
    state.isOver = true;
    await Promise.all(writers);
    await state.service.pool.close();
    report(state, downMs, await lost(cairn, state.ids));
    if (cpuBefore !== undefined) reportCpu(state, cpuBefore, cpuAfter);
  } finally {
    await cairn.stop();
  }
}

function reportCpu({ seconds }, before, after) {
  const events = seconds.reduce((sum, one) => sum + (one ?? 0), 0);
  const of = (name) => ms((after[name] - before[name]) / events);
  console.log(
    `  time of processors an event: service ${of('service')}, PostgreSQL ${of('postgres')}, writers ${of('bench')}`,
  );
}

function opened(service) {
  return { ...service, pool: new Pool(service.url, { connections: WRITERS, pipelining: 1 }) };
}

async function waiting(state, untilMs) {
  for (let left; (left = state.begun + untilMs - Date.now()) > 0;) {
    progress(`soak: ${Math.ceil(left / 1_000)} s to go, ${state.ids.size} events acknowledged`);
    await setTimeout(Math.min(left, 1_000));
  }
}

async function write({ token }, random, state) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  while (!state.isOver) {
    const body = eventOfSize(random, EVENT_BYTES);
    for (let isFirst = true; ; isFirst = false) {
      const startedAt = performance.now();
      const answer = await posted(state.service.pool, headers, body);
      if (answer === undefined) {
        state.again += Number(isFirst);
        await setTimeout(AGAIN_MS);
        continue;
      }
      state.ids.add(answer.id);
      const second = Math.floor((Date.now() - (state.begun ?? Date.now())) / 1_000);
      state.seconds[second] = (state.seconds[second] ?? 0) + 1;
      if (isFirst) state.latencies.push(performance.now() - startedAt);
      break;
    }
  }
}

/** @returns undefined when there was no answer */
async function posted(pool, headers, body) {
  try {
    const { statusCode, body: answer } = await pool.request({
      ...{ path: '/api/v1/lineage', method: 'POST', headers, body },
    });
    const text = await answer.text();
    if (statusCode === 200 || statusCode === 201) return JSON.parse(text);
    if (statusCode !== 503) throw new Refused(`${statusCode} ${text.slice(0, 500)}`);
  } catch (error) {
    if (error instanceof Refused) throw error;
  }
  return undefined;
}

class Refused extends Error {}

/** @returns how many acknowledged events are not in the log, how many there are not in the graph, and deadlocks of the database */
async function lost({ service }, ids) {
  const { rows } = await service.query(
    `SELECT (SELECT count(*)::int FROM unnest($1::text[]) AS a (id) WHERE NOT EXISTS (SELECT FROM lineage_event AS e WHERE e.id = a.id)) AS log,
       (SELECT count(*)::int FROM lineage_event AS e WHERE NOT EXISTS (
          SELECT FROM lineage_run AS r WHERE r.run_id = (e.body->'run'->>'runId')::uuid)) AS graph,
       (SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()) AS deadlocks`,
    [[...ids]],
  );
  return rows[0];
}

function report({ seconds, latencies, ids, again }, downMs, { log, graph, deadlocks }) {
  const counted = Array.from({ length: SECONDS }, (_, at) => seconds[at] ?? 0);
  const all = counted.reduce((sum, one) => sum + one, 0);
  const p = (share) => ms(percentile(latencies, share));
  console.log(
    `\nsoak      ${EVENT_BYTES} byte events, ${WRITERS} writers, ${SECONDS} s, killed ${KILLS} times, away for ${(downMs / 1_000).toFixed(1)} s of it`,
  );
  table([
    ['events', 'in all', 'while there', 'a second: p5', 'p50', 'latency p50', 'p99', 'p99.9'],
    [
      all.toLocaleString('en'),
      rate(all / SECONDS),
      rate(all / (SECONDS - downMs / 1_000)),
      ...[0.05, 0.5].map((share) => rate(percentile(counted, share))),
      ...[0.5, 0.99, 0.999].map(p),
    ],
  ]);
  console.log(
    `  ${ids.size.toLocaleString('en')} acknowledged, ${again} sent again; not in the log ${log}, not in the graph ${graph}, deadlocks ${deadlocks}`,
  );
  if (log + graph > 0) throw new Error('acknowledged events are lost');
}
