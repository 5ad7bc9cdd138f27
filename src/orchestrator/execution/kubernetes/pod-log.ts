import type { V1Pod } from '@kubernetes/client-node';
import type { JobCluster } from './job-cluster.js';
import { RUN, STAGE_IN, STAGE_OUT } from './job-manifest.js';
import { stateOf } from './observation.js';

/** Kept of a log that has more, from its beginning and from its end. */
const HEAD_BYTES = 9 * 1024 ** 2;
const END_BYTES = 1024 ** 2;
const END_LINES = 5_000;
const STAGING_BYTES = 64 * 1024;
const MAX_TAIL_BYTES = 1024 ** 2;

/** All that is worth keeping of what the containers of a pod wrote: of staging only what went wrong. */
export async function wholeLog(cluster: JobCluster, pod: V1Pod): Promise<string> {
  const parts: string[] = [];
  for (const container of [STAGE_IN, RUN, STAGE_OUT]) {
    if (container === RUN) {
      if (hasBegun(pod)) parts.push(await logOfRun(cluster, pod.metadata!.name!));
    } else if (hasFailed(pod, container))
      parts.push((await cluster.log(pod.metadata!.name!, { container, limitBytes: STAGING_BYTES })) ?? '');
  }
  return parts.filter((part) => part !== '').join('\n');
}

/** The last lines of a text; a newline at its end is none. */
export function tailOf(text: string, lines: number): string {
  const end = text.length > MAX_TAIL_BYTES ? text.slice(-MAX_TAIL_BYTES) : text;
  return (end.endsWith('\n') ? end.slice(0, -1) : end).split('\n').slice(-lines).join('\n');
}

/**
 * The last lines of what a command wrote, as many of them as a mebibyte holds. The server takes a bound on bytes from the first of the
 * lines on, so that with too many of them the end would be missing.
 */
export async function endOfLog(cluster: JobCluster, pod: string, lines: number): Promise<string> {
  for (let tailLines = lines; ; tailLines = Math.floor(tailLines / 2)) {
    const end = (await cluster.log(pod, { tailLines, limitBytes: END_BYTES })) ?? '';
    if (tailLines === 1 || Buffer.byteLength(end) < END_BYTES) return end;
  }
}

async function logOfRun(cluster: JobCluster, pod: string): Promise<string> {
  const head = (await cluster.log(pod, { limitBytes: HEAD_BYTES + END_BYTES + 1 })) ?? '';
  const bytes = Buffer.from(head);
  if (bytes.length <= HEAD_BYTES + END_BYTES) return head;
  const end = await endOfLog(cluster, pod, END_LINES);
  return `${bytes.toString('utf8', 0, HEAD_BYTES)}\n[cairn] a part of the log is left out here: it is too long\n${end}`;
}

/** Whether the command of a pod was begun, so that there may be a log of it. */
export function hasBegun(pod: V1Pod): boolean {
  const state = stateOf(pod, RUN);
  return state?.running !== undefined || state?.terminated !== undefined;
}

function hasFailed(pod: V1Pod, name: string): boolean {
  const ended = stateOf(pod, name)?.terminated;
  return ended !== undefined && ended.exitCode !== 0;
}
