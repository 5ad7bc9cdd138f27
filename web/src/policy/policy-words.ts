import type { PolicyAttempt, PolicyFinding, PolicyMove, PolicyStatus } from '../api/governance-types.js';

/** Enough of a version to name it. */
export function shortVersion(version: string): string {
  return version.slice(0, 12);
}

/** `rules.csv, line 12`; the policy as a whole has no place. */
export function findingPlace({ file, line }: Pick<PolicyFinding, 'file' | 'line'>): string {
  if (file === '') return 'the policy as a whole';
  return line === 0 ? file : `${file}, line ${line}`;
}

/** Who let a version answer: a person, or the source by itself. */
export function delivered({ movedBy, source, sourceRef }: PolicyMove): string {
  const where = sourceRef === null ? source : `${source} ${sourceRef.slice(0, 12)}`;
  return `by ${by(movedBy)}: ${where}`;
}

/** Who did something: a subject, or the source of the policy by itself. */
export function by(whom: string): string {
  return whom === 'source' ? 'its source' : whom;
}

/** Whether the replica that answered runs what is live, and if not, why. */
export function convergence({ version, generation, answering }: PolicyStatus): {
  readonly isConverged: boolean;
  readonly words: string;
} {
  if (answering.version === version && answering.generation === generation)
    return { isConverged: true, words: 'The replica that you asked answers by it.' };
  const behind = `The replica that you asked answers by ${shortVersion(answering.version)} (generation ${answering.generation})`;
  return {
    isConverged: false,
    words:
      answering.lagReason === null
        ? `${behind}; it follows within seconds.`
        : `${behind}: ${answering.lagReason}`,
  };
}

/** Whether what was refused last still is what the source has: nothing good has come since. */
export function isStillRefused(refused: PolicyAttempt, lastOfSource: PolicyAttempt | null): boolean {
  return lastOfSource?.outcome === 'refused' && lastOfSource.attemptedAt === refused.attemptedAt;
}
