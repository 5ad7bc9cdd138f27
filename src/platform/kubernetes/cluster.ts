import { KubeConfig } from '@kubernetes/client-node';
import { InvalidConfigurationError } from '../config/config.js';

/**
 * The cluster that this process speaks to: the current context of a file, or the service account of the pod it runs in. No call is
 * made; what its credentials may do, the cluster says at each.
 * @param kubeconfig the file; absent in a pod
 * @throws {InvalidConfigurationError} there is neither
 */
export function openCluster(kubeconfig: string | undefined): KubeConfig {
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
