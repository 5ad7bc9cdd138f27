/** The platform's fourth door: the cluster, for the rooms that speak to Kubernetes. */
export { CLUSTER, clusterOf } from './cluster.js';
export { ClusterHttp } from './cluster-http.js';
export {
  ClusterGarbageError,
  ClusterRefusedError,
  ClusterSilentError,
  KubernetesUnavailableError,
  kubernetesError,
} from './errors.js';
