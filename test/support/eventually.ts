import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer will do. @param withinMs milliseconds @throws when it does not in that time */
export async function eventually<T>(
  ask: () => Promise<T>,
  isDone: (answer: T) => boolean,
  withinMs = 10_000,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    if (Date.now() > until) throw new Error(`it did not come to be: ${JSON.stringify(answer, undefined, 1)}`);
    await pause(40);
  }
}
