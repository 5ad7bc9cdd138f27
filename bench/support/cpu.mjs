import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

/**
 * The time that processors have spent so far, in milliseconds: on this process, on the service with those before it that were killed,
 * and on PostgreSQL. On a machine that others share it tells more of the work than the clock does.
 * @returns undefined where the system does not tell
 */
export function cpuTimes({ pid, postgresPid }) {
  if (process.platform !== 'linux') return undefined;
  const mine = timesOf(process.pid);
  const postmaster = timesOf(postgresPid);
  const backends = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(timesOf)
    .filter((each) => each?.parent === postgresPid);
  return {
    service: timesOf(pid).own + mine.ended,
    postgres: backends.reduce((sum, { own }) => sum + own, postmaster.own + postmaster.ended),
    bench: mine.own,
  };
}

/** @returns of a process its parent, its own time, and that of its children that have ended; undefined when it is gone */
function timesOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const sum = (from) => (fields[from] + fields[from + 1]) * TICK_MS;
    return { parent: fields[1], own: sum(11), ended: sum(13) };
  } catch {
    return undefined;
  }
}
