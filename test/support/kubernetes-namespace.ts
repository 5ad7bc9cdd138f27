import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  RbacAuthorizationV1Api,
  type V1PolicyRule,
} from '@kubernetes/client-node';
import { parse } from 'yaml';

const RIGHTS = path.join(import.meta.dirname, '../../charts/cairn/templates/rbac-execution.yaml');

/** A namespace of a test's own, and a service account in it with exactly the rights that the chart gives for execution. */
export interface TestNamespace {
  readonly name: string;
  /** As the administrator. */
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  /**
   * A file by which the service account reaches the API server.
   * @param port where it is reached, on this machine; its own without one
   */
  kubeconfig(port?: number): string;
  drop(): Promise<void>;
}

/** @param administrator kubeconfig of an administrator */
export async function createTestNamespace(administrator: string): Promise<TestNamespace> {
  const config = new KubeConfig();
  config.loadFromFile(administrator);
  const core = config.makeApiClient(CoreV1Api);
  const batch = config.makeApiClient(BatchV1Api);
  const rbac = config.makeApiClient(RbacAuthorizationV1Api);
  const name = `cairn-runs-${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  await core.createNamespace({ body: { metadata: { name } } });
  await core.createNamespacedServiceAccount({ namespace: name, body: { metadata: { name: 'cairn' } } });
  await rbac.createNamespacedRole({
    namespace: name,
    body: { metadata: { name: 'runs' }, rules: rightsOfChart() },
  });
  await rbac.createNamespacedRoleBinding({
    namespace: name,
    body: {
      metadata: { name: 'runs' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'runs' },
      subjects: [{ kind: 'ServiceAccount', name: 'cairn', namespace: name }],
    },
  });
  const { status } = await core.createNamespacedServiceAccountToken({
    ...{ name: 'cairn', namespace: name },
    body: { spec: { audiences: [], expirationSeconds: 3_600 } },
  });
  // Pods are refused until their namespace has its default service account.
  for (let i = 0; i < 100; i++) {
    const isThere = await core
      .readNamespacedServiceAccount({ name: 'default', namespace: name })
      .catch(() => undefined);
    if (isThere) break;
    await pause(50);
  }
  const cluster = config.getCurrentCluster()!;
  let files = 0;
  return {
    ...{ name, core, batch },
    kubeconfig: (port) => {
      const server = port === undefined ? cluster.server : `https://127.0.0.1:${port}`;
      const file = path.join(folder, `${++files}.kubeconfig`);
      const own = new KubeConfig();
      own.loadFromClusterAndUser(
        { ...cluster, server, name: 'test' },
        { name: 'cairn', token: status!.token },
      );
      writeFileSync(file, own.exportConfig(), { mode: 0o600 });
      return file;
    },
    drop: async () => {
      await core.deleteNamespace({ name });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function rightsOfChart(): V1PolicyRule[] {
  const text = readFileSync(RIGHTS, 'utf8');
  return (parse(text.slice(text.indexOf('rules:'), text.indexOf('---'))) as { rules: V1PolicyRule[] }).rules;
}
