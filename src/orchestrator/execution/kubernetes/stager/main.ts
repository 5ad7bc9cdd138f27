import { Door, RefusedError } from './door.js';
import { stageIn } from './stage-in.js';
import { stageOut } from './stage-out.js';

/**
 * What runs before and after a command in its pod, in the service's own image: `main.js stage-in` brings files in, `main.js stage-out`
 * brings outputs out. Settings are in the environment. Exit code 1 says that it could not be done; why is on standard error.
 */
function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new RefusedError(`${name} is not set`);
  return value;
}

try {
  const door = new Door({
    serviceUrl: setting('CAIRN_URL'),
    execution: setting('CAIRN_EXECUTION'),
    token: setting('CAIRN_STAGING_TOKEN'),
    podUid: setting('CAIRN_POD_UID'),
  });
  const told =
    process.argv[2] === 'stage-in'
      ? await stageIn(door, { inputs: setting('CAIRN_INPUTS'), work: setting('CAIRN_WORK') })
      : await stageOut(door, setting('CAIRN_OUTPUTS'));
  process.stderr.write(`[cairn] ${process.argv[2]}: ${JSON.stringify(told)}\n`);
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  process.stderr.write(`[cairn] ${code === 'ENOSPC' ? `the volume is full: ${message}` : message}\n`);
  process.exitCode = 1;
}
