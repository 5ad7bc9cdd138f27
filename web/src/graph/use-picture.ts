import { use, useEffect, useMemo, useRef, useState } from 'react';
import { LINEAGE } from '../api/operations.js';
import type { AssetSummary, LineageGraph } from '../api/types.js';
import { SendContext, useQuery } from '../api/use-query.js';
import type { AssetView, Expansion } from '../navigation/view.js';
import { composePicture, type Picture } from './picture.js';

/** The drawing of a view, as far as it is known. */
export interface DrawnView {
  /** The asset in the middle. */
  readonly center?: AssetSummary;
  readonly picture?: Picture;
  readonly isLoading: boolean;
  readonly error?: Error;
  readonly retry: () => void;
}

/** Asks for the neighbourhood of the asset in the middle, and for one hop around each node that was expanded. */
export function usePicture({ asset, direction, depth, expanded }: AssetView): DrawnView {
  const base = useQuery(LINEAGE, { id: asset, direction, depth });
  const expansions = useExpansions(expanded);
  const answer = base.answer?.asset;
  const picture = useMemo(() => {
    if (answer === undefined) return undefined;
    const more = expanded.flatMap((expansion) => {
      const graph = expansions.graphs.get(keyOf(expansion));
      return graph === undefined
        ? []
        : [{ center: expansion.id, direction: expansion.direction, depth: 1, graph }];
    });
    return composePicture([{ center: answer.id, direction, depth, graph: answer.lineage }, ...more]);
  }, [answer, direction, depth, expanded, expansions.graphs]);
  return {
    center: answer,
    picture,
    isLoading: base.isLoading || expansions.isLoading,
    error: base.error ?? expansions.error,
    retry: base.error === undefined ? expansions.retry : base.retry,
  };
}

interface Expansions {
  readonly graphs: ReadonlyMap<string, LineageGraph>;
  readonly isLoading: boolean;
  readonly error?: Error;
  readonly retry: () => void;
}

/** Answers stay for the life of the page, so that going back and forward asks nothing twice. */
function useExpansions(expanded: readonly Expansion[]): Expansions {
  const send = use(SendContext);
  const [graphs, setGraphs] = useState<ReadonlyMap<string, LineageGraph>>(new Map());
  const [failure, setFailure] = useState<{ readonly error: Error; readonly key: string }>();
  const asked = useRef(new Set<string>());
  const missing = expanded.filter((expansion) => !graphs.has(keyOf(expansion)));
  useEffect(() => {
    for (const expansion of missing) {
      const key = keyOf(expansion);
      if (asked.current.has(key)) continue;
      asked.current.add(key);
      send(LINEAGE, { id: expansion.id, direction: expansion.direction, depth: 1 }).then(
        ({ asset }) => setGraphs((known) => new Map(known).set(key, asset.lineage)),
        (error: Error) => setFailure({ error, key }),
      );
    }
  });
  const isFailed = failure !== undefined && missing.some((expansion) => keyOf(expansion) === failure.key);
  return {
    graphs,
    isLoading: missing.length > 0 && !isFailed,
    error: isFailed ? failure.error : undefined,
    retry: () => {
      asked.current.clear();
      setFailure(undefined);
    },
  };
}

function keyOf({ id, direction }: Expansion): string {
  return `${direction}:${id}`;
}
