import { NO_JOB } from '../../src/lineage/projection/facts.js';

/** From one minute to another; without an end for ever. */
export type Minutes = readonly (readonly [from: number, until?: number])[];

/** An edge, and when events say it. */
export interface ToldEdge {
  readonly source: string;
  readonly target: string;
  readonly told: Minutes;
}

/** What a statement narrows. */
export interface ToldPair {
  readonly job: string;
  readonly output: string;
  readonly input: string;
  readonly kind: string;
  readonly told: Minutes;
}

/** An edit by hand of the edge between what two names stand for. */
export interface ToldEdit {
  readonly action: 'add' | 'remove' | 'confirm';
  readonly source: string;
  readonly target: string;
  readonly from: number;
  readonly expires: number | null;
  readonly withdrawn: number | null;
}

/** What is known of a graph, and nothing derived. */
export interface Told {
  readonly edges: readonly ToldEdge[];
  readonly pairs: readonly ToldPair[];
  readonly edits: readonly ToldEdit[];
  readonly standsFor: ReadonlyMap<string, string>;
}

/** What lies around an asset: hops by asset, and the edges that were gone along. */
export interface Surrounding {
  readonly distances: ReadonlyMap<string, number>;
  readonly edges: ReadonlySet<string>;
}

const isIn = (minutes: Minutes, at: number): boolean =>
  minutes.some(([from, until]) => from <= at && at < (until ?? Infinity));

/** The rules of edits by hand, said as plainly as can be. */
export function walkPlainly(
  { edges, pairs, edits, standsFor }: Told,
  start: string,
  way: 'upstream' | 'downstream',
  depth: number,
  at: number,
): Surrounding {
  const assetOf = (name: string) => standsFor.get(name) ?? name;
  const held = edits
    .map((edit) => ({ ...edit, source: assetOf(edit.source), target: assetOf(edit.target) }))
    .filter(({ source, target }) => source !== target)
    .filter(({ from, expires, withdrawn }) =>
      isIn([[from, Math.min(expires ?? Infinity, Math.max(withdrawn ?? Infinity, from))]], at),
    );
  const isHeld = (action: string, source: string, target: string) =>
    held.some((edit) => edit.action === action && edit.source === source && edit.target === target);
  const said = [
    ...edges.filter(({ told }) => isIn(told, at)),
    ...held.filter(({ action }) => action === 'add'),
  ];
  const there = said.filter(({ source, target }) => !isHeld('remove', source, target));

  const isPair = (job: string, kind: string, input: string, output?: string) =>
    pairs.some(
      (pair) =>
        pair.job === job &&
        pair.kind === kind &&
        pair.input === input &&
        (output === undefined || pair.output === output) &&
        isIn(pair.told, at),
    );
  const isNarrowed = (job: string) => isPair(job, 'lineage', NO_JOB) || isPair(job, 'columns', NO_JOB);
  const flows = (job: string, input: string, output: string): boolean => {
    if (isPair(job, 'lineage', NO_JOB, output)) return isPair(job, 'lineage', input, output);
    if (!isPair(job, 'columns', NO_JOB, output)) return true;
    return isPair(job, 'columns', input, output) || !isPair(job, 'columns', input);
  };

  const distances = new Map([[start, 0]]);
  const gone = new Set<string>();
  const seen = new Set([start]);
  let frontier: { asset: string; via?: string }[] = [{ asset: start }];
  for (let distance = 1; distance <= depth; distance++) {
    const next: typeof frontier = [];
    for (const { asset, via } of frontier) {
      for (const { source, target } of there) {
        const [near, far] = way === 'downstream' ? [source, target] : [target, source];
        if (near !== asset) continue;
        const isAdded = isHeld('add', source, target);
        const [input, output] = way === 'downstream' ? [via, far] : [far, via];
        if (via !== undefined && !isAdded && !flows(near, input!, output!)) continue;
        gone.add(`${source} ${target}`);
        if (!distances.has(far)) distances.set(far, distance);
        const place = !isAdded && isNarrowed(far) ? { asset: far, via: near } : { asset: far };
        const key = Object.values(place).join(' ');
        if (seen.has(key)) continue;
        seen.add(key);
        next.push(place);
      }
    }
    frontier = next;
  }
  return { distances, edges: gone };
}
