import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

const NOBODY = 65534;

/**
 * Who a command runs as: `nobody` when the service is root and every folder it needs can be reached by others (read-only inputs
 * are read-only in earnest then, and the service's own files are out of reach), otherwise the service's own user.
 * @param needed folders and files that the command must reach; the first is made when absent
 * @returns undefined for the service's own user
 */
export function chooseUser(needed: readonly [string, ...string[]]): { uid: number; gid: number } | undefined {
  mkdirSync(needed[0], { recursive: true, mode: 0o711 });
  if (process.getuid?.() !== 0) return undefined;
  return needed.every(othersReach) ? { uid: NOBODY, gid: NOBODY } : undefined;
}

function othersReach(file: string): boolean {
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
