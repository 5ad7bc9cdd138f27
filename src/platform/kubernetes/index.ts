/** The platform's fourth door: the cluster, for the rooms that speak to Kubernetes. */
export { openCluster } from './cluster.js';
export { ClusterHttp } from './cluster-http.js';
export {
  ClusterGarbageError,
  ClusterRefusedError,
  ClusterSilentError,
  kubernetesError,
  statusOf,
} from './errors.js';
