import { use, useState } from 'react';
import type { Operation } from './client.js';
import { ChangesContext, SendContext } from './use-query.js';

/** Something that a reader does. */
export interface Act {
  /** @returns whether it was done; what went wrong is in `error` */
  readonly act: <Answer, Variables>(
    operation: Operation<Answer, Variables>,
    variables: Variables,
  ) => Promise<boolean>;
  readonly isActing: boolean;
  readonly error?: Error;
}

/** Changes something, one thing at a time; every question on the page is asked again after it. */
export function useAct(): Act {
  const send = use(SendContext);
  const { changed } = use(ChangesContext);
  const [isActing, setActing] = useState(false);
  const [error, setError] = useState<Error>();
  return {
    isActing,
    error,
    act: async (operation, variables) => {
      if (isActing) return false;
      setActing(true);
      setError(undefined);
      try {
        await send(operation, variables);
        changed();
        return true;
      } catch (failure) {
        setError(failure as Error);
        return false;
      } finally {
        setActing(false);
      }
    },
  };
}
