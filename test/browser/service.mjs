import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 60_000;

/**
 * A reader who may not see `hr`, where everything from the payroll database stands, and gets mail addresses and names masked; a steward
 * of all of it; and who is on call.
 */
const POLICY = `g2, field, *
g2, field/palmer, field
g2, hr, *
g2, external, *
g, user:ana.analyst, role:reader, field, -, -
g, user:ana.analyst, role:reader, external, -, -
g, user:sam.steward, role:steward, field, -, -
g, user:sam.steward, role:steward, hr, -, -
g, user:sam.steward, role:steward, external, -, -
g3, pii.email, pii
g3, pii.name, pii
g3, pii.phone, pii
p2, MASK-MAIL, role:reader, field, pii.email, read, hmac, -, allow
p2, MASK-NAME, role:reader, field, pii.name, read, redact, -, allow
p3, FIRST-KEEPERS, role:reader, field, dataset/keepers, read, *, id < 3, -, allow
p, NO-TRAINING-ON-PEOPLE, role:reader, field, dataset/keepers, train, any(pii), -, deny
p, CALL-READ, user:ola.oncall, hr, **, read, *, emergency == true, allow
`;
const PLACES = 'postgres://payroll:5432, hr\n**, external\n';

/**
 * Starts the built service on a free port, with data and policy of its own.
 * @returns {Promise<{url: string, adminToken: string, policyDir: string, stop: () => Promise<void>}>}
 */
export async function startService() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-browser-'));
  chmodSync(folder, 0o755);
  const policyDir = path.join(folder, 'policies');
  mkdirSync(policyDir);
  for (const file of ['model.conf', 'roles.csv'])
    copyFileSync(path.join(ROOT, 'policies', file), path.join(policyDir, file));
  writeFileSync(path.join(policyDir, 'explorer.csv'), POLICY);
  writeFileSync(path.join(policyDir, 'places.csv'), PLACES);
  const adminToken = `browser-${randomBytes(16).toString('hex')}`;
  const service = spawn(process.execPath, [path.join(ROOT, 'dist/src/main.js')], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      CAIRN_PORT: '0',
      CAIRN_DATA_DIR: path.join(folder, 'data'),
      CAIRN_POLICY_DIR: policyDir,
      CAIRN_ADMIN_TOKEN: adminToken,
      CAIRN_LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => service.once('exit', resolve));
  const stop = async () => {
    service.kill('SIGTERM');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return { url: await urlOf(service, ended), adminToken, policyDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The service prints where it is when it is ready. */
async function urlOf(service, ended) {
  const announced = (async () => {
    let text = '';
    for await (const chunk of service.stdout) {
      text += chunk;
      const url = /explorer\s+(http:\/\/\S+?)\/?\s/.exec(text)?.[1];
      if (url !== undefined) return url;
    }
    throw new Error(`the service ended before it was ready: ${text}`);
  })();
  const late = new Promise((_, reject) => {
    setTimeout(
      () => reject(new Error(`the service was not ready within ${START_TIMEOUT_MS} ms`)),
      START_TIMEOUT_MS,
    ).unref();
  });
  const early = ended.then((code) => Promise.reject(new Error(`the service ended with ${code}`)));
  return Promise.race([announced, late, early]);
}
