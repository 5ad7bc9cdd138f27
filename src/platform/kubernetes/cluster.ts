import type { KubeConfig } from '@kubernetes/client-node';
import { type Config, InvalidConfigurationError } from '../config/config.js';

/** The cluster of this process; null where no setting needs one. */
export const CLUSTER = Symbol('Cluster');

/** Opens the cluster where a setting needs one. @throws {InvalidConfigurationError} one does, and which it is cannot be known */
export async function clusterOf(config: Config): Promise<KubeConfig | null> {
  const isNeeded =
    config.KUBERNETES_SOURCE ||
    config.KUBERNETES_TOKEN_AUDIENCE !== undefined ||
    config.EXECUTION_DRIVER === 'kubernetes';
  return isNeeded ? openCluster(config.KUBECONFIG) : null;
}

/**
 * The cluster that this process speaks to: the current context of a file, or the service account of the pod it runs in. No call is
 * made; what its credentials may do, the cluster says at each.
 * @param kubeconfig the file; absent in a pod
 * @throws {InvalidConfigurationError} there is neither
 */
async function openCluster(kubeconfig: string | undefined): Promise<KubeConfig> {
  // It is a large client, and most have no cluster.
  const { KubeConfig } = await import('@kubernetes/client-node');
  const cluster = new KubeConfig();
  try {
    if (kubeconfig === undefined) cluster.loadFromCluster();
    else cluster.loadFromFile(kubeconfig);
  } catch (error) {
    throw unusable(kubeconfig, (error as Error).message);
  }
  if (cluster.getCurrentCluster() === null) throw unusable(kubeconfig, 'it has no current context');
  return cluster;
}

function unusable(kubeconfig: string | undefined, reason: string): InvalidConfigurationError {
  return new InvalidConfigurationError([
    kubeconfig === undefined
      ? `KUBECONFIG: is needed outside of a pod that has a service account: ${reason}`
      : `KUBECONFIG: ${kubeconfig} cannot be used: ${reason}`,
  ]);
}
