import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DomainError } from '../../errors/domain-error.js';

/** Another living Cairn uses the data folder. */
export class DataDirInUseError extends DomainError {
  readonly kind = 'conflict';
  constructor(
    readonly dataDir: string,
    readonly pid: number,
  ) {
    super(
      `${dataDir} is in use by another Cairn (process ${pid}). Stop that one, or set CAIRN_DATA_DIR and CAIRN_PORT to run a second.`,
      { dataDir, pid },
    );
  }
}

/**
 * Takes the data folder for this process; a lock whose process is gone (or whose id now belongs to another one) is taken over.
 * @returns releases the lock
 * @throws {DataDirInUseError}
 */
export function lockDataDir(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true });
  const lockFile = path.join(dataDir, 'cairn.pid');
  for (;;) {
    try {
      const file = openSync(lockFile, 'wx', 0o644);
      writeSync(file, `${process.pid} ${startTimeOf(process.pid)}\n`);
      closeSync(file);
      return () => rmSync(lockFile, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid = '', startTime = ''] = readFileSync(lockFile, 'utf8').trim().split(' ');
    if (isSameProcess(Number(pid), startTime)) throw new DataDirInUseError(dataDir, Number(pid));
    rmSync(lockFile, { force: true });
  }
}

function isSameProcess(pid: number, startTime: string): boolean {
  if (pid === process.pid || !Number.isInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return startTimeOf(pid) === startTime;
}

/** When a process started, in the kernel's ticks; process ids are used again, this pair is not. Empty where unknown. */
function startTimeOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
