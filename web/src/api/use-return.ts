import { useEffect, useRef } from 'react';

const AT_MOST_EVERY_MS = 5_000;

/** Calls back when the reader comes back to the tab, where others may have decided something meanwhile. */
export function useReturn(onReturn: () => void): void {
  const latest = useRef(onReturn);
  const calledAt = useRef(0);
  useEffect(() => void (latest.current = onReturn));
  useEffect(() => {
    const onChange = (): void => {
      if (document.visibilityState !== 'visible' || Date.now() - calledAt.current < AT_MOST_EVERY_MS) return;
      calledAt.current = Date.now();
      latest.current();
    };
    document.addEventListener('visibilitychange', onChange);
    window.addEventListener('focus', onChange);
    return () => {
      document.removeEventListener('visibilitychange', onChange);
      window.removeEventListener('focus', onChange);
    };
  }, []);
}
