import type { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll } from '@jest/globals';
import { startTestCairn, type TestCairn } from '../../../../test/support/cairn.js';
import { freePort } from '../../../../test/support/free-port.js';
import { createTestNamespace, type TestNamespace } from '../../../../test/support/kubernetes-namespace.js';
import { TestNode } from '../../../../test/support/kubernetes-node.js';
import { serviceEnvironment } from '../../../../test/support/services.js';
import { CONFIG, type Config, Database } from '../../../platform/index.js';
import { CLUSTER } from '../../../platform/kubernetes/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../../storage/index.js';
import { describeExecutionDriver } from '../contract/execution-driver.contract.js';
import { ExecutionRepository } from './execution.repository.js';
import { JobCluster } from './job-cluster.js';
import { KubernetesDriver } from './kubernetes-driver.js';
import { jobSettings } from './settings.js';

const administrator = serviceEnvironment('kubernetes')['KUBECONFIG']!;
let node: TestNode;
let namespace: TestNamespace;

beforeAll(async () => {
  node = await TestNode.start(administrator);
  namespace = await createTestNamespace(administrator);
});
afterAll(async () => {
  await namespace?.drop();
  await node?.stop();
});

describeExecutionDriver('kubernetes', async () => {
  const port = await freePort();
  const env = {
    ...{ CAIRN_PORT: String(port), KUBERNETES_EXECUTION_CAIRN_URL: `http://127.0.0.1:${port}` },
    ...{ EXECUTION_DRIVER: 'kubernetes', KUBECONFIG: namespace.kubeconfig() },
    ...{ KUBERNETES_EXECUTION_NAMESPACE: namespace.name, KUBERNETES_EXECUTION_STAGER_IMAGE: 'cairn:test' },
    ...{ KUBERNETES_EXECUTION_IMAGE: 'machine:this', ...node.settings },
  };
  const cairn: TestCairn = await startTestCairn(env);
  const open = () => {
    const config = cairn.app.get<Config>(CONFIG);
    return new KubernetesDriver(
      jobSettings(config),
      new JobCluster(cairn.app.get<KubeConfig>(CLUSTER), config.KUBERNETES_EXECUTION_NAMESPACE),
      new ExecutionRepository(cairn.app.get(Database)),
      cairn.app.get<ObjectStore>(OBJECT_STORE),
    );
  };
  return { driver: open(), reopen: async () => open(), close: () => cairn.stop() };
});
