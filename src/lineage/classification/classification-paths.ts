import { NO_JOB } from '../projection/facts.js';
import { FlowEdges, type Place } from './flow/flow-edges.js';
import type { FlowGraph } from './flow-source.js';
import type { Barrier } from './flow/declassifier.js';
import type { HeldTag } from './flow.repository.js';

/** A place on the way of a classification, by names. */
export interface PathStep {
  readonly assetId: string;
  /** Empty for the asset as a whole. */
  readonly column: string;
  /** The job by which it flowed there; null where the path begins, and for an edge between datasets that people add. */
  readonly jobId: string | null;
}

/** Assets that are looked at on the way back. */
const MAX_ASSETS = 20_000;

/**
 * The shortest ways by which a classification flows to a place, one for each place at which it is said, nearest first.
 * @param held what of assets carries the classification
 */
export async function pathsTo(
  graph: FlowGraph,
  barriers: readonly Barrier[],
  { assetId, column, tag }: Pick<HeldTag, 'assetId' | 'column' | 'tag'>,
  held: (assetIds: readonly string[], tag: string) => Promise<readonly HeldTag[]>,
  maxPaths: number,
): Promise<PathStep[][]> {
  const edges = new FlowEdges(graph.assets, graph.columns, barriers, Date.now());
  const end = edges.placeOf(assetId, column);
  const onward = new Map<Place, { to: Place; job: number }>();
  const seen = new Set<number>();
  const paths: PathStep[][] = [];
  const jobId = (job: number): string | null => {
    const id = job < 0 ? NO_JOB : graph.assets.ids.textOf(job);
    return id === NO_JOB ? null : id;
  };
  const pathFrom = (root: Place, first: { to: Place; job: number }): PathStep[] => {
    const steps: PathStep[] = [{ ...edges.nameOf(root), jobId: null }];
    for (
      let step: typeof first | undefined = first;
      step !== undefined;
      step = step.to === end ? undefined : onward.get(step.to)
    )
      steps.push({ ...edges.nameOf(step.to), jobId: jobId(step.job) });
    return steps;
  };
  for (let level = new Set([end]); level.size > 0 && paths.length < maxPaths && seen.size < MAX_ASSETS;) {
    const sources = new Set([...level].flatMap((place) => [...edges.upstream(edges.assetOf(place))]));
    for (const asset of sources) seen.add(asset);
    const ids = [...sources].map((asset) => graph.assets.ids.textOf(asset));
    const next = new Set<Place>();
    for (const one of await held(ids, tag)) {
      const from = edges.placeOf(one.assetId, one.column);
      edges.out(from, tag, (to, job) => {
        if (!level.has(to) || (onward.has(from) && !(one.isOwn && from === end))) return;
        if (from !== end) {
          onward.set(from, { to, job });
          next.add(from);
        }
        if (one.isOwn && paths.length < maxPaths) paths.push(pathFrom(from, { to, job }));
      });
    }
    level = next;
  }
  return paths;
}
