import { useSyncExternalStore } from 'react';
import { formatView, parseView, type View } from './view.js';

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

/** The view that the address bar tells; follows back and forward. */
export function useView(): View {
  const search = useSyncExternalStore(subscribe, () => window.location.search);
  return parseView(search);
}

/**
 * Shows another view and puts it in the address bar.
 * @param how `push` makes a step that "back" undoes, `replace` does not
 */
export function navigate(view: View, how: 'push' | 'replace' = 'push'): void {
  const url = `${window.location.pathname}${formatView(view)}`;
  if (url === `${window.location.pathname}${window.location.search}`) return;
  if (how === 'push') window.history.pushState(null, '', url);
  else window.history.replaceState(null, '', url);
  for (const listener of listeners) listener();
}

/** Properties of a link that moves within the page, and still opens elsewhere with Ctrl, Shift or the middle button. */
export function linkTo(view: View): { href: string; onClick: (event: React.MouseEvent) => void } {
  return {
    href: `${window.location.pathname}${formatView(view)}`,
    onClick: (event) => {
      if (
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey
      )
        return;
      event.preventDefault();
      navigate(view);
    },
  };
}
