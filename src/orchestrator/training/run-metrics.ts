import { InvalidInputError } from '../../platform/errors/index.js';

/** Where a run may leave its metrics, among its outputs. */
export const METRICS_PATH = 'metrics.json';
/** The most bytes that file may have. */
export const MAX_METRICS_BYTES = 64 * 1024;
const MAX_METRICS = 200;
/** So that a name with a prefix still is a key of a commit's metadata. */
const MAX_NAME_CHARS = 90;
const PRINTABLE = /^[^\p{Control}\p{Surrogate}]+$/u;

/**
 * Reads a run's metrics: a JSON object of finite numbers, at most 200 of them.
 * @throws {InvalidInputError}
 */
export function parseMetrics(text: string): Record<string, number> {
  const refuse = (rule: string, name?: string): never => {
    throw new InvalidInputError(
      `outputs/${METRICS_PATH}${name === undefined ? '' : `: ${name.slice(0, MAX_NAME_CHARS)}`}`,
      rule,
    );
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(`must be JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('must be an object of numbers');
  const entries = Object.entries(value as Record<string, unknown>);
  if (entries.length > MAX_METRICS)
    return refuse(`must have at most ${MAX_METRICS} numbers, not ${entries.length}`);
  for (const [name, metric] of entries) {
    if (name.length === 0 || name.length > MAX_NAME_CHARS)
      return refuse(`names must have 1–${MAX_NAME_CHARS} characters`, name);
    if (!PRINTABLE.test(name)) return refuse('names must be valid Unicode without control characters', name);
    if (typeof metric !== 'number' || !Number.isFinite(metric)) return refuse('must be a number', name);
  }
  return Object.fromEntries(entries) as Record<string, number>;
}
