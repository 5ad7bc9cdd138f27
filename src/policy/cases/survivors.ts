import { setImmediate as afterOthers } from 'node:timers/promises';
import type { CompiledPolicy } from '../decision/compiled-policy.js';
import type { NamedLine } from './coverage.js';
import { Mutants } from './mutants.js';
import { isAsExpected, type Question } from './question.js';

/** A change to a bundle that no question notices. */
export interface Survivor extends NamedLine {
  readonly kind: MutantKind;
  /** Whether any question came by the line; none: nothing is tested of it. */
  readonly isReached: boolean;
}

/** A line taken out, one clause of a rule's condition, or one part of a row filter. */
export type MutantKind = 'rule' | 'condition' | 'filter' | 'role-link' | 'namespace-link' | 'tag-link';

/** What comes of taking out one line after the other. */
export interface MutationRun {
  readonly mutants: number;
  readonly survivors: readonly Survivor[];
  /** Whether all was asked in the time given; if not, no survivor is told that may yet be noticed. */
  readonly isComplete: boolean;
}

/** How long mutation works before it lets others go on, and how long it works at all. */
const SLICE_MS = 10;
const DEFAULT_LIMIT_MS = 60_000;

/** How to go about it. */
export interface MutationOptions {
  readonly limitMs?: number;
  /** Hears how many of the questions were asked again. */
  readonly onProgress?: (asked: number, total: number) => void;
}

/**
 * Takes out each rule, each clause of a condition, each part of a filter and each link in turn, and asks the questions again whose answer could depend on it. A
 * question that the bundle itself does not answer as expected notices nothing.
 */
export async function mutate(
  policy: CompiledPolicy,
  questions: readonly Question[],
  { limitMs = DEFAULT_LIMIT_MS, onProgress }: MutationOptions = {},
): Promise<MutationRun> {
  const mutants = new Mutants(policy);
  const reached = new Set<number>();
  const noticed = new Set<number>();
  const startedAt = performance.now();
  let sliceAt = startedAt;
  let asked = 0;
  for (const { request, expected } of questions) {
    if (performance.now() - startedAt > limitMs) break;
    asked += 1;
    if (isAsExpected(policy.decide(request), expected)) {
      for (const { index, decide } of mutants.reachedBy(request)) {
        reached.add(index);
        if (!noticed.has(index) && !isAsExpected(decide(), expected)) noticed.add(index);
      }
    }
    if (performance.now() - sliceAt > SLICE_MS) {
      onProgress?.(asked, questions.length);
      await afterOthers();
      sliceAt = performance.now();
    }
  }
  const isComplete = asked === questions.length;
  return {
    mutants: mutants.all.length,
    isComplete,
    survivors: isComplete
      ? mutants.all.flatMap((mutant, index) =>
          noticed.has(index) ? [] : [{ ...mutant, isReached: reached.has(index) }],
        )
      : [],
  };
}
