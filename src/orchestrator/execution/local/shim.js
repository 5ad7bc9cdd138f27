/**
 * Stands between Cairn and one command: `node shim.js FOLDER SPEC`. It outlives Cairn, enforces the timeout, bounds the log and
 * writes down how the command ended, so that a later Cairn can tell. Plain JavaScript, because Node runs it by itself from
 * the sources as from the build.
 *
 * SPEC              what to run (read and removed: it holds the run's credential)
 * FOLDER/shim.json  who runs it: made once, by the first shim to come
 * FOLDER/log        what the command wrote
 * FOLDER/exit.json  how it ended: complete or not there
 */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import path from 'node:path';
import { identityOf } from './process-identity.js';

const LONGEST_TIMER_MS = 2 ** 30;
const LOG_FLUSH_MS = 1_000;

const [, , folder, specFile] = process.argv;
const at = (name) => path.join(folder, name);

const spec = JSON.parse(fs.readFileSync(specFile, 'utf8'));
fs.unlinkSync(specFile);
if (claim()) run(spec);

/** A hard link is made whole or not at all, and by one process only. */
function claim() {
  const draft = at(`shim.${process.pid}.tmp`);
  fs.writeFileSync(draft, JSON.stringify({ pid: process.pid, identity: identityOf(process.pid) }));
  try {
    fs.linkSync(draft, at('shim.json'));
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    fs.unlinkSync(draft);
  }
}

function run({ command, environment, timeoutMs, graceMs, maxLogBytes, uid, gid }) {
  const log = openLog(maxLogBytes);
  let cause = 'exit';
  let isStopping = false;
  // Not a group of its own: one signal to the shim's group reaches the command and all its children.
  const child = spawn(command[0], command.slice(1), {
    ...{ cwd: at('code'), env: environment, uid, gid },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

  const stop = (why) => {
    if (isStopping) return;
    isStopping = true;
    cause = why;
    process.kill(-process.pid, 'SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  process.on('SIGTERM', () => stop('stopped'));
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  const deadline = Date.now() + timeoutMs;
  const watch = () => {
    const left = deadline - Date.now();
    if (left <= 0) stop('timeout');
    else setTimeout(watch, Math.min(left, LONGEST_TIMER_MS));
  };
  watch();

  child.stdout.on('data', log);
  child.stderr.on('data', log);
  child.on('error', (error) => {
    if (child.pid === undefined)
      finish({ cause: 'unstartable', message: `${command[0]}: ${error.code ?? error.message}` });
  });
  child.on('exit', (exitCode, signal) => {
    const end = () => finish({ cause, exitCode: exitCode ?? undefined, signal: signal ?? undefined });
    // Children that stay behind may hold the pipes open; their words are waited for a little, and then they end.
    const late = setTimeout(end, LOG_FLUSH_MS);
    child.on('close', () => {
      clearTimeout(late);
      end();
    });
  });
}

function openLog(maxBytes) {
  const file = fs.openSync(at('log'), 'a');
  let left = maxBytes;
  return (chunk) => {
    if (left < 0) return;
    fs.writeSync(file, chunk.subarray(0, left));
    left -= chunk.length;
    if (left < 0)
      fs.writeSync(file, `\n[cairn] the log ends here: more than ${maxBytes} bytes were written\n`);
  };
}

/** Durable before anything is killed; then everything left of the group ends, this process with it. */
function finish(exit) {
  const draft = at('exit.tmp');
  const file = fs.openSync(draft, 'w');
  fs.writeSync(file, JSON.stringify(exit));
  fs.fsyncSync(file);
  fs.closeSync(file);
  fs.renameSync(draft, at('exit.json'));
  const directory = fs.openSync(folder, 'r');
  fs.fsyncSync(directory);
  process.kill(-process.pid, 'SIGKILL');
}
