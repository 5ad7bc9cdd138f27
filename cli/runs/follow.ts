import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '../api/client.js';
import { isFinal, RUN_FIELDS, type TrainingRun } from './training-run.js';

const POLL_MS = 1000;
const TAIL_LINES = 1000;

/** The run as it stands. */
export async function findRun(client: Client, id: string): Promise<TrainingRun> {
  const { trainingRun } = await client.ask<{ trainingRun: TrainingRun }>(
    `query Run($id: ID!) { trainingRun(id: $id) { ${RUN_FIELDS} } }`,
    { id },
  );
  return trainingRun;
}

/** The end of a run's log. */
export async function readLog(client: Client, id: string, tailLines = TAIL_LINES): Promise<string> {
  const query =
    'query Log($id: ID!, $tailLines: Int!) { trainingRun(id: $id) { log(tailLines: $tailLines) } }';
  const { trainingRun } = await client.ask<{ trainingRun: { log: string } }>(query, { id, tailLines });
  return trainingRun.log;
}

/** Asks until the run is over. @param onState is told of each state once */
export async function waitForRun(
  client: Client,
  id: string,
  onState: (state: string) => void,
): Promise<TrainingRun> {
  let shown: string | undefined;
  for (;;) {
    const run = await findRun(client, id);
    if (run.state !== shown) onState(run.state);
    shown = run.state;
    if (isFinal(run)) return run;
    await sleep(POLL_MS);
  }
}

/** Hands over the log as it grows, until the run is over. */
export async function followLog(
  client: Client,
  id: string,
  onText: (text: string) => void,
): Promise<TrainingRun> {
  let shown = '';
  for (;;) {
    const run = await findRun(client, id); // before the log, so that nothing written at the very end is missed
    const log = await readLog(client, id);
    const fresh = newPart(shown, log);
    if (fresh !== '') onText(fresh);
    shown = log;
    if (isFinal(run)) return run;
    await sleep(POLL_MS);
  }
}

/**
 * What a later reading of the end of a log has beyond an earlier one. Both may start anywhere in the log: the longest end of the earlier one
 * that the later one begins with is what they share.
 */
export function newPart(before: string, after: string): string {
  for (let start = 0; start < before.length; start += 1) {
    const isLineStart = start === 0 || before[start - 1] === '\n';
    if (isLineStart && after.startsWith(before.slice(start))) return after.slice(before.length - start);
  }
  return after;
}
