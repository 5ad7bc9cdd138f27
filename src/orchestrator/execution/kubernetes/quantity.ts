const FACTORS: Readonly<Record<string, number>> = {
  ...{ '': 1, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
};

/** A quantity of bytes as a number, e.g. 1024 for `1Ki`. Its grammar has been checked. */
export function bytesOf(quantity: string): number {
  const number = Number.parseFloat(quantity);
  return Math.floor(number * FACTORS[quantity.replace(/^[\d.]+/, '')]!);
}
