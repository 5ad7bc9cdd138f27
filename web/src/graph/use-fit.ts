import { useReactFlow, useStoreApi } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { AssetFlowNode } from './asset-node.js';
import type { FlowEdge } from './flow-edge.js';

/** Below this scale names cannot be read. */
const LEGIBLE_ZOOM = 0.5;
const FIT = { padding: 0.08, maxZoom: 1.1, minZoom: LEGIBLE_ZOOM };
const MOVE_MS = 250;

/**
 * Moves the view when the drawing changes: to all of it where that stays legible; else to what is new and what it hangs on, or for a new
 * drawing to the asset in the middle. A drawing that only shrank or changed heights stays where it is.
 */
export function useFit(nodes: readonly AssetFlowNode[], edges: readonly FlowEdge[], center: string): void {
  const { fitView, getNodesBounds, setCenter } = useReactFlow();
  const store = useStoreApi();
  const shown = useRef<ReadonlySet<string>>(new Set());
  const places = nodes
    .map(({ id, position, height }) => `${id}@${position.x},${position.y},${height}`)
    .join(' ');
  useEffect(() => {
    const before = shown.current;
    const fresh = new Set(nodes.filter(({ id }) => !before.has(id)).map(({ id }) => id));
    const duration =
      before.size === 0 || window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : MOVE_MS;
    const frame = requestAnimationFrame(() => {
      shown.current = new Set(nodes.map(({ id }) => id));
      const { width, height } = store.getState();
      const bounds = getNodesBounds([...nodes]);
      const zoom = (1 - FIT.padding) * Math.min(width / bounds.width, height / bounds.height);
      const middle = nodes.find(({ id }) => id === center);
      if (zoom >= LEGIBLE_ZOOM) void fitView({ ...FIT, duration });
      else if (fresh.size === nodes.length && middle !== undefined) {
        const x = middle.position.x + (middle.width ?? 0) / 2;
        const y = middle.position.y + (middle.height ?? 0) / 2;
        void setCenter(x, y, { zoom: LEGIBLE_ZOOM, duration });
      } else if (fresh.size > 0) {
        const ends = edges.filter(({ source, target }) => fresh.has(source) || fresh.has(target));
        const seen = new Set([...fresh, ...ends.flatMap(({ source, target }) => [source, target])]);
        void fitView({ ...FIT, maxZoom: 0.9, duration, nodes: [...seen].map((id) => ({ id })) });
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [places, fitView, getNodesBounds, setCenter, store]);
}
