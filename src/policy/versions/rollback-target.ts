import type { PolicyMove } from './policy-version.js';

/**
 * Where a rollback leads that names no version: to what was live before what is live now. Rolling back twice goes back two versions,
 * not to and fro.
 * @param moves oldest first
 * @returns undefined when there is nothing before
 */
export function rollbackTarget(moves: readonly Pick<PolicyMove, 'version' | 'source'>[]): string | undefined {
  const path: string[] = [];
  for (const { version, source } of moves) {
    const at = source === 'rollback' ? path.lastIndexOf(version) : -1;
    if (at >= 0) path.length = at + 1;
    else path.push(version);
  }
  return path.findLast((version) => version !== path.at(-1));
}
