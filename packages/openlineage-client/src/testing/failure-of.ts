/** The error that a promise fails with. @throws {TypeError} it fulfilled, or failed with something else */
export async function failureOf<E extends Error>(
  type: abstract new (...args: never[]) => E,
  promise: Promise<unknown>,
): Promise<E> {
  const found: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (found instanceof type) return found;
  throw new TypeError(`Expected ${type.name}, found ${String(found)}`, { cause: found });
}
