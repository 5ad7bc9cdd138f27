import { setTimeout as pause } from 'node:timers/promises';

/**
 * Asks again until the answer will do.
 * @param isDone whether it will; by default whether there is one
 * @param withinMs milliseconds; by default a little less than a test has, see jest's settings
 * @returns the answer
 * @throws with the last answer, when none does in that time
 */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  isDone: (answer: T) => boolean = Boolean,
  withinMs = (globalThis as unknown as { EVENTUALLY_MS: number }).EVENTUALLY_MS,
): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (isDone(answer)) return answer;
    if (Date.now() > until) {
      const said = JSON.stringify(answer, undefined, 1);
      throw new Error(`within ${withinMs / 1000} s it did not come to be: ${isDone}\n${said}`);
    }
    await pause(40);
  }
}
