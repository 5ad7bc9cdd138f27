import { z } from 'zod';
import type { ClusterReader } from './reflector/cluster-reader.js';
import { GarbageError } from './reflector/errors.js';
import type { Cluster } from './telling/cluster.js';

const PATH = '/api/v1/namespaces/kube-system';
const TIMEOUT_MS = 4_000;
const NAMESPACE = z.object({ metadata: z.object({ uid: z.uuid() }) });

/**
 * Which cluster it is: the uid of the namespace kube-system, which lives as long as the cluster does.
 * @param name for its OpenLineage namespace; default the uid
 * @throws {RefusedError} @throws {GarbageError}
 */
export async function findCluster(reader: ClusterReader, name: string | undefined): Promise<Cluster> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const parsed = NAMESPACE.safeParse(
    await reader.read({ path: PATH, query: {}, idleMs: TIMEOUT_MS, signal }),
  );
  if (!parsed.success) throw new GarbageError(`${PATH} has no uid`);
  const { uid } = parsed.data.metadata;
  return { uid, namespace: `kubernetes://${name ?? uid}` };
}
