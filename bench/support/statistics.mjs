/** Numbers with a seed (mulberry32): the same seed gives the same run. @returns a function to [0, 1) */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of `list`. @param random as made by {@link randomOf} */
export function oneOf(random, list) {
  return list[Math.floor(random() * list.length)];
}

/** The value that the share `p` (0–1) of the values does not exceed (nearest rank). */
export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
}

/** The middle value. */
export function median(values) {
  return percentile(values, 0.5);
}

/** p50, p95 and p99 of durations in milliseconds. */
export function spread(durationsMs) {
  return {
    p50: percentile(durationsMs, 0.5),
    p95: percentile(durationsMs, 0.95),
    p99: percentile(durationsMs, 0.99),
  };
}

/** Runs `work` and tells how long it took, in milliseconds. */
export async function timed(work) {
  const started = performance.now();
  const result = await work();
  return { result, ms: performance.now() - started };
}
