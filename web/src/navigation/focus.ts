import { useEffect, useRef } from 'react';

/**
 * Puts the focus on the page that came, where it went away with the page before: who uses the keyboard or a screen reader goes on from
 * there.
 * @param page changes with the page
 */
export function useArrival(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    if (document.activeElement === document.body) document.querySelector('main')?.focus();
  }, [page]);
}

/** Puts the focus into the panel, on the tab that is open. */
export function focusPanel(): void {
  document.querySelector<HTMLElement>('.panel [role=tab][aria-selected=true]')?.focus();
}

/** Whether the focus is in the panel. */
export function isPanelFocused(): boolean {
  return document.activeElement?.closest('.panel') != null;
}

/** Puts the focus on an asset in the graph, where it is drawn. */
export function focusNode(id: string): void {
  document.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(id)}"] button`)?.focus();
}
