import { z } from 'zod';
import { ClusterGarbageError, type ClusterHttp } from '../../platform/kubernetes/index.js';
import type { Cluster } from './telling/cluster.js';

const PATH = '/api/v1/namespaces/kube-system';
const TIMEOUT_MS = 4_000;
const NAMESPACE = z.object({ metadata: z.object({ uid: z.uuid() }) });

/**
 * Which cluster it is: the uid of the namespace kube-system, which lives as long as the cluster does.
 * @param name for its OpenLineage namespace; default the uid
 * @throws {ClusterRefusedError} @throws {ClusterGarbageError}
 */
export async function findCluster(http: ClusterHttp, name: string | undefined): Promise<Cluster> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const parsed = NAMESPACE.safeParse(await http.ask({ path: PATH, query: {}, idleMs: TIMEOUT_MS, signal }));
  if (!parsed.success) throw new ClusterGarbageError(`${PATH} has no uid`);
  const { uid } = parsed.data.metadata;
  return { uid, namespace: `kubernetes://${name ?? uid}` };
}
