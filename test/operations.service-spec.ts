import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import 'reflect-metadata';
import { CONFIG_SCHEMA, loadConfig } from '../src/platform/config/config.js';
import { run, succeed } from './support/command.js';
import { serviceEnvironment } from './support/services.js';

const folder = mkdtempSync(path.join(os.tmpdir(), 'cairn-operations-'));
const secrets = path.join(folder, '.env');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('alert rules', () => {
  const promtool = serviceEnvironment('promtool')['PROMTOOL']!;

  test('are read by Prometheus', async () => {
    const { code, stdout } = await run(promtool, ['check', 'rules', 'deploy/prometheus/cairn-alerts.yml']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/SUCCESS: \d+ rules found/)]);
  });

  test('are quiet while all is well, and tell of each fault', async () => {
    const { code, stdout } = await run(promtool, [
      'test',
      'rules',
      'deploy/prometheus/cairn-alerts.test.yml',
    ]);
    expect([code, stdout]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  test('are each in the hands of an operator who knows what to do', () => {
    const names = [...readFileSync('deploy/prometheus/cairn-alerts.yml', 'utf8').matchAll(/alert: (\w+)/g)];
    const handbook = readFileSync('docs/operations.md', 'utf8');
    const cases = readFileSync('deploy/prometheus/cairn-alerts.test.yml', 'utf8');
    for (const [, name] of names) for (const text of [handbook, cases]) expect(text).toContain(name);
  });
});

describe('docker-compose.yml', () => {
  const docker = serviceEnvironment('compose')['DOCKER_COMPOSE']!;
  const compose = (words: readonly string[], env: Record<string, string> = {}) =>
    run(docker, ['--file', 'docker-compose.yml', ...words], { env });
  let services: Record<string, any>;

  beforeAll(async () => {
    await succeed('node', ['scripts/compose-env.mjs', secrets]);
    const text = await succeed(docker, [
      '--file',
      'docker-compose.yml',
      '--env-file',
      secrets,
      'config',
      '--format',
      'json',
    ]);
    ({ services } = JSON.parse(text) as { services: Record<string, any> });
  });

  test('is clean', async () => {
    expect(await compose(['--env-file', secrets, 'config', '--quiet'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(Object.keys(services).sort()).toEqual([
      'bucket',
      'cairn',
      'elasticsearch',
      'migrate',
      'objects',
      'postgres',
    ]);
  });

  test('has no secret of its own: each is asked for by name', async () => {
    const names = ['POSTGRES_PASSWORD', 'OBJECTS_SECRET_KEY', 'CAIRN_ADMIN_TOKEN', 'CAIRN_SECRET_KEY'];
    for (const missing of names) {
      const given = Object.fromEntries(
        names.filter((name) => name !== missing).map((name) => [name, 'x'.repeat(16)]),
      );
      const { code, stderr } = await compose(['--env-file', '/dev/null', 'config', '--quiet'], {
        ...given,
        [missing]: '',
      });
      expect(code).not.toBe(0);
      expect(stderr).toContain(`${missing} is missing a value: run "node scripts/compose-env.mjs" first`);
    }
  });

  test("gets secrets that are new, its owner's only, and kept", async () => {
    const first = readFileSync(secrets, 'utf8');
    expect(statSync(secrets).mode & 0o777).toBe(0o600);
    expect(first).toMatch(/^(\w+=[0-9a-f]{48}\n){4}$/);
    await succeed('node', ['scripts/compose-env.mjs', secrets]);
    expect(readFileSync(secrets, 'utf8')).toBe(first);
    const other = path.join(folder, 'other.env');
    await succeed('node', ['scripts/compose-env.mjs', other]);
    expect(readFileSync(other, 'utf8')).not.toBe(first);
    for (const file of ['.gitignore', '.dockerignore'])
      expect(readFileSync(file, 'utf8').split('\n')).toContain(file === '.gitignore' ? '.env' : '*');
  });

  test('gives the service settings that it takes', () => {
    const environment = services['cairn'].environment as Record<string, string>;
    const own = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
    expect(own.map(([name]) => name).filter((name) => !(name in CONFIG_SCHEMA.shape))).toEqual([]);
    expect(loadConfig({ ...environment, CAIRN_HOST: '0.0.0.0' })).toMatchObject({
      CAIRN_MIGRATE: false,
      S3_BUCKET: 'cairn',
    });
  });

  test('shows two ports, of the API and of S3, on this machine only, and lets nobody else near the data', () => {
    const published = Object.entries(services).flatMap(([name, { ports = [] }]) =>
      (ports as { host_ip: string }[]).map(({ host_ip }) => [name, host_ip]),
    );
    expect(published).toEqual([
      ['cairn', '127.0.0.1'],
      ['cairn', '127.0.0.1'],
    ]);
    for (const name of ['postgres', 'objects', 'elasticsearch', 'migrate'])
      expect(Object.keys(services[name].networks)).toEqual(['inside']);
  });

  test('runs Cairn without rights, over a root that it cannot write to', () => {
    for (const name of ['cairn', 'migrate'])
      expect(services[name]).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
  });
});
