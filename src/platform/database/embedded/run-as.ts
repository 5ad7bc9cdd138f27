import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { DomainError } from '../../errors/domain-error.js';

/** PostgreSQL refuses to run as root, and no other user was found that it could run as. */
export class NoUserForPostgresError extends DomainError {
  readonly kind = 'unavailable';
  constructor(folder: string) {
    super(
      `PostgreSQL does not run as root, and user "nobody" cannot reach ${folder}. ` +
        'Start Cairn as an ordinary user, set CAIRN_DATA_DIR to a folder that others can search, or set DATABASE_URL.',
      { folder },
    );
  }
}

/** How to start a PostgreSQL program so that it does not run as root. */
export interface RunAs {
  /** Words before the program's own. */
  readonly prefix: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
  /** Who must own the data folder; `undefined` leaves it as it is. */
  readonly owner?: { readonly uid: number; readonly gid: number };
}

const NOBODY = 65534;

/**
 * Chooses the user for PostgreSQL's programs: the caller's own unless that is root; then the owner of the folder, or nobody
 * where every parent folder lets it through, or root seen as nobody inside a user namespace (a clone under a 0700 home).
 * @param folders the folders that it must reach
 * @throws {NoUserForPostgresError}
 */
export function chooseRunAs(folders: readonly string[]): RunAs {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const owner = statSync(folders[0]!);
  if (owner.uid !== 0) return asUser(owner.uid, owner.gid);
  if (folders.every(othersReach)) return asUser(NOBODY, NOBODY);
  const unshare = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];
  if (spawnSync(unshare[0]!, [...unshare.slice(1), 'true']).status === 0) {
    return { prefix: unshare, owner: { uid: 0, gid: 0 } };
  }
  throw new NoUserForPostgresError(folders.find((folder) => !othersReach(folder))!);
}

/** The words that make a child die with this process, where the system knows how. */
export function dieWithParent(): readonly string[] {
  return spawnSync('setpriv', ['--version']).status === 0 ? ['setpriv', '--pdeathsig', 'INT', '--'] : [];
}

function asUser(uid: number, gid: number): RunAs {
  return { prefix: [], uid, gid, owner: { uid, gid } };
}

function othersReach(folder: string): boolean {
  accessSync(folder, constants.F_OK);
  for (let at = path.resolve(folder); ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === path.dirname(at)) return true;
  }
}
