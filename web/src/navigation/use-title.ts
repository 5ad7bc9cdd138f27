import { useEffect } from 'react';

/** Names the page in the tab, the history and to who hears it. @param what absent where it is not known yet */
export function useTitle(what: string | undefined): void {
  useEffect(() => {
    document.title = what === undefined || what === '' ? 'Cairn' : `${what} · Cairn`;
  }, [what]);
}
