/** The platform's fourth door: the cluster, for the rooms that speak to Kubernetes. */
export { openCluster } from './cluster.js';
export { kubernetesError, KubernetesUnavailableError, statusOf } from './errors.js';
