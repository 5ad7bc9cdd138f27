import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { expand } from '../../../../test/support/container.js';
import { loadConfig } from '../../../platform/index.js';
import type { ExecutionSpec } from '../execution-driver.js';
import { jobOf } from './job-manifest.js';
import { bytesOf } from './quantity.js';
import { jobSettings } from './settings.js';

const settings = jobSettings(
  loadConfig({
    ...{ EXECUTION_DRIVER: 'kubernetes', KUBERNETES_EXECUTION_STAGER_IMAGE: 'cairn:1' },
    ...{ CAIRN_PUBLIC_URL: 'https://cairn.example.org/', KUBERNETES_EXECUTION_START_SECONDS: '600' },
    ...{
      KUBERNETES_EXECUTION_PRIORITY_CLASS: 'batch',
      KUBERNETES_EXECUTION_NODE_SELECTOR: 'pool=gpu, zone=a',
    },
  }),
);
const demands = {
  image: 'train:1',
  resources: { cpu: '2', memory: '8Gi', 'nvidia.com/gpu': '1' },
  environmentId: 'x',
};
const token = { secret: 'cst_secret', sha256: 'a'.repeat(64) };

function made(more: Partial<ExecutionSpec> = {}) {
  const spec = {
    ...{
      id: randomUUID(),
      command: ['python', 'train.py'] as const,
      environment: { CAIRN_TOKEN: 'own', OPENLINEAGE_PARENT_ID: 'n/j/r' },
    },
    ...{ timeoutMs: 3_600_500, graceMs: 10_000 },
    ...more,
  };
  const job = jobOf(spec, demands, token, settings);
  return {
    job,
    pod: job.spec!.template.spec!,
    containers: [...job.spec!.template.spec!.initContainers!, ...job.spec!.template.spec!.containers],
  };
}

describe('the Job of an execution', () => {
  it('makes one pod, once, which does not go away by itself', () => {
    const { job, pod } = made();
    expect(job.spec).toMatchObject({ backoffLimit: 0, completions: 1, parallelism: 1 });
    expect(job.spec).not.toHaveProperty('ttlSecondsAfterFinished');
    expect(pod).toMatchObject({
      restartPolicy: 'Never',
      activeDeadlineSeconds: 3_601,
      terminationGracePeriodSeconds: 10,
    });
    expect(job.spec!.activeDeadlineSeconds).toBeGreaterThan(3_601 + 10 + 600);
    expect(pod).toMatchObject({ priorityClassName: 'batch', nodeSelector: { pool: 'gpu', zone: 'a' } });
  });

  it('holds no privilege, and nothing of the cluster', () => {
    const { pod, containers } = made();
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(containers.map(({ name }) => name)).toEqual(['stage-in', 'run', 'stage-out']);
    for (const { securityContext } of containers)
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
      });
  });

  it('gives the command neither the credential of staging nor a way to change its inputs', () => {
    const [into, run, out] = made().containers;
    expect(JSON.stringify(run)).not.toContain(token.secret);
    expect(run!.volumeMounts!.find(({ name }) => name === 'inputs')!.readOnly).toBe(true);
    expect(out!.volumeMounts).toEqual([{ name: 'outputs', mountPath: '/mnt/cairn/outputs', readOnly: true }]);
    for (const stager of [into, out]) {
      expect(JSON.stringify(stager)).not.toContain('"own"');
      expect(stager!.env).toContainEqual({ name: 'CAIRN_URL', value: 'https://cairn.example.org' });
      expect(stager!.env).toContainEqual({ name: 'OPENLINEAGE_PARENT_ID', value: 'n/j/r' });
    }
  });

  it('limits what it can: not the processor, which is shared', () => {
    const run = made().containers[1]!;
    expect(run.resources).toEqual({
      requests: demands.resources,
      limits: { memory: '8Gi', 'nvidia.com/gpu': '1' },
    });
  });

  it('hands words and variables over as they are', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('$', '(', ')', 'HOME', 'a', ' '), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const run = made({ command: ['echo', text], environment: { TEXT: text } }).containers[1]!;
        const surroundings = { HOME: '/home', TEXT: 'other' };
        expect(expand(run.command![1]!, surroundings)).toBe(text);
        expect(expand(run.env!.find(({ name }) => name === 'TEXT')!.value!, surroundings)).toBe(text);
      }),
    );
  });
});

it.each([
  ['1', 1],
  ['1Ki', 1024],
  ['20Gi', 20 * 1024 ** 3],
  ['1.5G', 1_500_000_000],
  ['2500m', 2],
])('%s is %d bytes', (quantity, bytes) => expect(bytesOf(quantity)).toBe(bytes));

describe('settings', () => {
  const kubernetes = {
    EXECUTION_DRIVER: 'kubernetes',
    KUBERNETES_EXECUTION_STAGER_IMAGE: 'c:1',
    CAIRN_PUBLIC_URL: 'http://c',
  };
  it.each<[Record<string, string>, RegExp]>([
    [{ EXECUTION_DRIVER: 'kubernetes' }, /STAGER_IMAGE: is needed.*\n.*CAIRN_URL: is needed/],
    [
      { ...kubernetes, KUBERNETES_EXECUTION_MEMORY: '8GB' },
      /KUBERNETES_EXECUTION_MEMORY: must be a Kubernetes quantity/,
    ],
    [{ ...kubernetes, KUBERNETES_EXECUTION_NODE_SELECTOR: 'pool' }, /NODE_SELECTOR.*must be LABEL=VALUE/],
    [{ ...kubernetes, KUBERNETES_EXECUTION_TOLERATIONS: '{' }, /TOLERATIONS: must be JSON/],
    [{ ...kubernetes, KUBERNETES_EXECUTION_TOLERATIONS: '[{"kee":"x"}]' }, /TOLERATIONS.*kee/],
    [{ ...kubernetes, KUBERNETES_EXECUTION_USER: '0' }, /KUBERNETES_EXECUTION_USER/],
    [{ EXECUTION_DRIVER: 'docker' }, /EXECUTION_DRIVER/],
  ])('%j are refused by name', (env, message) => expect(() => loadConfig(env)).toThrow(message));
});
