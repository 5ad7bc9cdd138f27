import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const WAIT_MS = 15_000;

/**
 * Waits for, and if need be ends, a PostgreSQL that an earlier process left over this cluster. The caller holds the data
 * folder's lock, so no living Cairn uses it. A stale `postmaster.pid` is left to PostgreSQL, which knows how to judge it.
 */
export async function stopLeftover(cluster: string): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  let asked = false;
  for (let left = leftoverOf(cluster); left !== undefined; left = leftoverOf(cluster)) {
    const isLate = Date.now() > deadline;
    if (left.isEnding && isLate) return;
    if (!left.isEnding && (!asked || isLate)) {
      process.kill(left.pid, asked ? 'SIGQUIT' : 'SIGINT');
      asked = true;
    }
    await sleep(50);
  }
}

/**
 * The process in `postmaster.pid`, if it lives and works in this cluster, or is about to be gone: PostgreSQL takes one that was killed and
 * not yet buried for alive.
 */
function leftoverOf(cluster: string): { readonly pid: number; readonly isEnding: boolean } | undefined {
  const pidFile = path.join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  try {
    process.kill(pid, 0);
  } catch {
    return undefined;
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === path.resolve(cluster) ? { pid, isEnding: false } : undefined;
  } catch (error) {
    // A process that ends has no folder any more. Elsewhere than on Linux none is known; PostgreSQL then decides.
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return isGone && existsSync(`/proc/${pid}`) ? { pid, isEnding: true } : undefined;
  }
}
