import { createHash } from 'node:crypto';

/** The cluster that is read. */
export interface Cluster {
  /** Uid of its namespace kube-system. */
  readonly uid: string;
  /** OpenLineage namespace of its workloads. */
  readonly namespace: string;
}

/** The OpenLineage name of a workload's job. */
export function jobName(namespace: string, { kind, name }: { kind: string; name: string }): string {
  return `${namespace}/${kind}/${name}`;
}

/**
 * The run id of an object, always the same whoever tells of it.
 * @param cluster uid of the namespace kube-system
 * @param uid of the object
 * Source: RFC 9562, 5.5 (UUIDv5)
 */
export function runIdOf(cluster: string, uid: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(cluster.replaceAll('-', ''), 'hex'))
    .update(uid)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
