import type { V1Pod } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { RUN } from './job-manifest.js';
import type { JobCluster } from './job-cluster.js';
import { endOfLog, wholeLog } from './pod-log.js';

const MIB = 1024 ** 2;
const POD = {
  metadata: { name: 'p' },
  status: { containerStatuses: [{ name: RUN, state: { running: {} } }] },
} as V1Pod;

/** Source: Kubernetes, kubelet `ReadLogs`: it begins with the first of the last lines, and ends after so many bytes. */
function clusterWith(text: string): JobCluster {
  const log: JobCluster['log'] = async (_, { tailLines, limitBytes }) => {
    const lines = text.split(/(?<=\n)/);
    const told = tailLines === undefined ? text : lines.slice(-tailLines).join('');
    return Buffer.from(told).toString('utf8', 0, limitBytes);
  };
  return { log } as JobCluster;
}
const linesOf = (count: number, chars: number) =>
  Array.from({ length: count }, (_, n) => `${String(n).padStart(chars, 'ü')}\n`).join('');

describe('the log of a pod', () => {
  it('ends with its last line, however long its lines are', async () => {
    for (const [count, chars] of [
      [20_000, 10],
      [20_000, 400],
      [1_100, 2_000],
      [3, MIB],
    ] as const) {
      const text = linesOf(count, chars);
      for (const lines of [1, 2, 5_000, 10_000]) {
        const end = await endOfLog(clusterWith(text), 'p', lines);
        if (chars < MIB / 2) expect(text.endsWith(end) && end.length > 0).toBe(true);
        expect(Buffer.byteLength(end)).toBeLessThanOrEqual(MIB + 3);
      }
    }
  });

  it('is kept whole up to ten mebibytes, else without its middle, and nothing of it twice', async () => {
    const short = linesOf(5_000, 1_000);
    expect(await wholeLog(clusterWith(short), POD)).toBe(short);
    const kept = await wholeLog(clusterWith(linesOf(15_000, 1_000)), POD);
    expect(Buffer.byteLength(kept)).toBeLessThan(10 * MIB + 100);
    expect(kept.split('\n').at(-2)).toMatch(/14999$/);
    const told = kept.split('\n').filter((line) => /^ü+\d+$/.test(line));
    expect(new Set(told).size).toBe(told.length);
  });
});
