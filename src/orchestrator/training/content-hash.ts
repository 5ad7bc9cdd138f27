import { createHash } from 'node:crypto';
import type { TrainingRun } from './training-run.js';

type Decisive = Pick<
  TrainingRun,
  'inputs' | 'code' | 'command' | 'parameters' | 'seed' | 'environmentId' | 'resources'
>;

/**
 * SHA-256 over all that decides what a run gives: commits of the inputs and where they lie, commit of the code, command,
 * parameters, seed, environment, resources where they can be chosen. The order of inputs and of keys makes no difference.
 * @returns lower-case hex
 */
export function runContentHash(run: Decisive): string {
  const { inputs, code, command, parameters, seed, environmentId, resources } = run;
  const content = {
    inputs: inputs.map(({ mount, commitId }) => [mount, commitId]).sort(([a], [b]) => (a! < b! ? -1 : 1)),
    code: code?.commitId ?? null,
    ...{ command, parameters, seed, environmentId },
    ...(Object.keys(resources).length > 0 && { resources }),
  };
  return createHash('sha256')
    .update(JSON.stringify(sorted(content)))
    .digest('hex');
}

/** The same value with the keys of all objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, sorted(part)]));
}
