import { useReactFlow, useStoreApi } from '@xyflow/react';

const MOVE_MS = 250;

/** Moves the drawing so that what the keyboard went to is in sight. @returns for `onFocus` of a node's element */
export function useSight(id: string): (event: React.FocusEvent) => void {
  const { getInternalNode, setCenter } = useReactFlow();
  const store = useStoreApi();
  return ({ target }) => {
    const node = getInternalNode(id);
    if (node === undefined || !target.matches(':focus-visible')) return;
    const { transform, width: paneWidth, height: paneHeight } = store.getState();
    const [left, top, zoom] = transform;
    const { x, y } = node.internals.positionAbsolute;
    const { width = 0, height = 0 } = node.measured;
    const isIn = (from: number, size: number, end: number): boolean => from >= 0 && from + size * zoom <= end;
    if (isIn(left + x * zoom, width, paneWidth) && isIn(top + y * zoom, height, paneHeight)) return;
    const isStill = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    void setCenter(x + width / 2, y + height / 2, { zoom, duration: isStill ? 0 : MOVE_MS });
  };
}
