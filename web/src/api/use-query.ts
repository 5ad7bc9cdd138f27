import { createContext, use, useEffect, useState } from 'react';
import type { Operation, Send } from './client.js';

/** The client of whoever is signed in. */
export const SendContext = createContext<Send>(() => Promise.reject(new Error('nobody is signed in')));

/** Counts what was changed from this page: every question is asked again after a change. */
export const ChangesContext = createContext<{ readonly count: number; readonly changed: () => void }>({
  count: 0,
  changed: () => undefined,
});

/** What stands of a question to the service. `answer` stays while a changed question is under way, so that the screen does not flicker. */
export interface Question<Answer> {
  readonly answer?: Answer;
  readonly error?: Error;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

interface Outcome<Answer> {
  readonly key: string;
  readonly answer?: Answer;
  readonly error?: Error;
}

/**
 * Asks the service whenever the question changes, and gives up the question before.
 * @param variables compared by value; undefined asks nothing
 */
export function useQuery<Answer, Variables>(
  operation: Operation<Answer, Variables>,
  variables: Variables | undefined,
): Question<Answer> {
  const send = use(SendContext);
  const changes = use(ChangesContext).count;
  const [attempt, setAttempt] = useState(0);
  const [outcome, setOutcome] = useState<Outcome<Answer>>();
  const asked = variables === undefined ? undefined : JSON.stringify(variables);
  const key = `${attempt} ${changes} ${operation.text} ${asked}`;
  useEffect(() => {
    if (asked === undefined) return;
    const abort = new AbortController();
    send(operation, JSON.parse(asked) as Variables, abort.signal).then(
      (answer) => {
        if (!abort.signal.aborted) setOutcome({ key, answer });
      },
      (error: Error) => {
        if (!abort.signal.aborted) setOutcome({ key, error });
      },
    );
    return () => abort.abort();
  }, [send, operation, asked, key]);
  const isSettled = asked === undefined || outcome?.key === key;
  return {
    answer: asked === undefined ? undefined : outcome?.answer,
    error: isSettled ? outcome?.error : undefined,
    isLoading: !isSettled,
    retry: () => setAttempt((before) => before + 1),
  };
}
