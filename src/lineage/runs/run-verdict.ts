import type { LineageRun } from './run.repository.js';

/** What is known of how a job runs. */
export interface Rhythm {
  /** Of its last ended runs; null when none has ended. */
  readonly longestMs: number | null;
  readonly isStreaming: boolean;
}

/** What is thought of a run, and why. */
export interface RunVerdict {
  /** It began, and its end is overdue. */
  readonly isLost: boolean;
  /** One sentence; null where the state speaks for itself. */
  readonly reason: string | null;
}

const HOUR_MS = 60 * 60_000;
/** How long a run may be silent, at least, before it is lost. */
const LEAST_SILENCE_MS = HOUR_MS;
/** The same for a job that never ended a run. */
const UNKNOWN_SILENCE_MS = 24 * HOUR_MS;
/** How many times the longest of the last runs. */
const PATIENCE = 3;

/** Whether a run needs its job's rhythm to be judged. */
export function isOpen({ state, startedAt }: LineageRun): boolean {
  return startedAt !== null && (state === 'start' || state === 'running' || state === 'other');
}

/** Pure: the same run, rhythm and instant give the same verdict. */
export function verdictOf(run: LineageRun, rhythm: Rhythm | undefined, now: Date): RunVerdict {
  if (run.state === 'fail' && run.completedAt !== null)
    return ended(`FAIL was told for ${iso(run.failedAt)} and COMPLETE for ${iso(run.completedAt)}`, 'failed');
  if (run.state === 'abort' && run.completedAt !== null)
    return ended(
      `ABORT was told for ${iso(run.abortedAt)} and COMPLETE for ${iso(run.completedAt)}`,
      'was aborted',
    );
  if (run.state === 'fail' && run.abortedAt !== null)
    return ended(`FAIL was told for ${iso(run.failedAt)} and ABORT for ${iso(run.abortedAt)}`, 'failed');
  if (!isOpen(run) || rhythm === undefined || rhythm.isStreaming || run.lastEventAt === null)
    return { isLost: false, reason: null };
  const silentMs = now.getTime() - run.lastEventAt.getTime();
  const patienceMs =
    rhythm.longestMs === null ? UNKNOWN_SILENCE_MS : Math.max(LEAST_SILENCE_MS, PATIENCE * rhythm.longestMs);
  if (silentMs <= patienceMs) return { isLost: false, reason: null };
  const usual =
    rhythm.longestMs === null
      ? 'no run of its job has ended yet'
      : `the longest of its job's last runs took ${hours(rhythm.longestMs)}`;
  const reason = `No end was told, and nothing since ${iso(run.lastEventAt)}, for more than ${hours(patienceMs)}: ${usual}.`;
  return { isLost: true, reason };
}

function ended(told: string, end: string): RunVerdict {
  return { isLost: false, reason: `${told}: a run that ${end} once is not made good by another word of it.` };
}

function iso(at: Date | null): string {
  return at?.toISOString() ?? 'an unknown instant';
}

function hours(ms: number): string {
  return ms < HOUR_MS ? `${Math.ceil(ms / 60_000)} min` : `${(ms / HOUR_MS).toFixed(1).replace('.0', '')} h`;
}
