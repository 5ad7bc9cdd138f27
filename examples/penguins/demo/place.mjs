import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const DEFAULT_URL = 'http://127.0.0.1:4600';
const START_TIMEOUT_MS = 60_000;

/**
 * Where to play: at the Cairn that CAIRN_URL and CAIRN_ADMIN_TOKEN (or CAIRN_TOKEN) name, or that `cairn login` stored and that answers,
 * or else at one of the demo's own.
 * @param isOwn whether to start an own one whatever else there is
 * @returns {Promise<{url: string, token: string, stop?: () => Promise<void>}>} `stop` of an own one
 */
export async function findPlace(isOwn) {
  const { CAIRN_URL, CAIRN_ADMIN_TOKEN, CAIRN_TOKEN } = process.env;
  const token = CAIRN_ADMIN_TOKEN || CAIRN_TOKEN;
  if (isOwn) return startOwn();
  if (CAIRN_URL || token) {
    if (!token)
      throw new Error(
        'CAIRN_URL is set and CAIRN_ADMIN_TOKEN is not; set both, or none for a server of the demo’s own',
      );
    return { url: (CAIRN_URL || DEFAULT_URL).replace(/\/+$/, ''), token };
  }
  const stored = storedLogin();
  if (stored !== undefined && (await answers(stored.url))) return stored;
  return startOwn();
}

/** Source: `cairn login`. */
function storedLogin() {
  const folder = process.env.XDG_CONFIG_HOME || path.join(process.env.HOME || os.homedir(), '.config');
  const file = path.join(folder, 'cairn', 'credentials.json');
  if (!existsSync(file)) return undefined;
  const { url, token } = JSON.parse(readFileSync(file, 'utf8'));
  return url && token ? { url, token } : undefined;
}

function answers(url) {
  return fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

/** Starts the built service on a free port, over data that stays for the next time, with a token made now. */
async function startOwn() {
  const entry = path.join(ROOT, 'dist/src/main.js');
  if (!existsSync(entry)) throw new Error('the service is not built; run `npm ci` or `npm run build` first');
  const dataDir = path.join(ROOT, '.cairn/demo');
  mkdirSync(dataDir, { recursive: true });
  const token = `demo-${randomBytes(24).toString('hex')}`;
  const service = spawn(process.execPath, [entry], {
    cwd: ROOT,
    env: {
      ...process.env,
      CAIRN_PORT: process.env.CAIRN_PORT || '0',
      CAIRN_DATA_DIR: dataDir,
      CAIRN_POLICY_DIR: path.join(ROOT, 'policies'),
      CAIRN_ADMIN_TOKEN: token,
      CAIRN_LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true, // Ctrl-C comes to the demo, which stops the service in its turn
  });
  const ended = new Promise((resolve) => service.once('exit', resolve));
  process.once('exit', () => service.kill());
  const stop = async () => {
    service.kill('SIGTERM');
    await ended;
  };
  return { url: await announcedUrl(service), token, stop };
}

/** The service prints where it is when it is ready. */
function announcedUrl(service) {
  return new Promise((resolve, reject) => {
    let text = '';
    const late = setTimeout(
      () => reject(new Error(`the service was not ready in ${START_TIMEOUT_MS / 1000} s`)),
      START_TIMEOUT_MS,
    );
    service.once('exit', (code) => {
      clearTimeout(late);
      reject(new Error(`the service ended with ${code}`));
    });
    service.stdout.on('data', (chunk) => {
      text += chunk;
      const url = /explorer\s+(http:\/\/\S+?)\/?\s/.exec(text)?.[1];
      if (url === undefined) return;
      clearTimeout(late);
      resolve(url);
    });
  });
}
