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
  for (let pid = livePostmaster(cluster); pid !== undefined; pid = livePostmaster(cluster)) {
    if (!asked || Date.now() > deadline) process.kill(pid, asked ? 'SIGQUIT' : 'SIGINT');
    asked = true;
    await sleep(50);
  }
}

/** The process id in `postmaster.pid` if that process lives and works in this cluster. */
function livePostmaster(cluster: string): number | undefined {
  const pidFile = path.join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1) return undefined;
  try {
    process.kill(pid, 0);
    // Elsewhere than on Linux the cluster's owner of a live process id is not known; PostgreSQL then decides.
    return readlinkSync(`/proc/${pid}/cwd`) === path.resolve(cluster) ? pid : undefined;
  } catch {
    return undefined;
  }
}
