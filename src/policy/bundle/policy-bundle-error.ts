import { DomainError } from '../../platform/errors/index.js';

/** The rules of the loader that a bundle can break. Stable: tests and editors may branch on them. */
export type BundleRule =
  | 'model'
  | 'file'
  | 'character'
  | 'comment'
  | 'line-type'
  | 'column-count'
  | 'id'
  | 'duplicate'
  | 'subject'
  | 'namespace'
  | 'object'
  | 'action'
  | 'tag'
  | 'condition'
  | 'mask'
  | 'filter'
  | 'effect'
  | 'instant'
  | 'role'
  | 'cycle'
  | 'depth'
  | 'place'
  | 'empty';

/** One thing wrong with a bundle. `line` counts from 1; 0 stands for the file, or for the bundle when `file` is empty. */
export interface BundleProblem {
  readonly file: string;
  readonly line: number;
  /** A rule of the loader, or a check of what it could read. */
  readonly rule: BundleRule | (string & {});
  readonly message: string;
}

/** How many problems the message spells out; all are in `problems`. */
const SHOWN = 50;

/** A policy bundle is refused as a whole, with everything that is wrong with it; nothing of it takes effect. */
export class PolicyBundleError extends DomainError {
  readonly kind = 'invalid-input';

  /** @param problems all of them, ordered by file and line */
  constructor(readonly problems: readonly BundleProblem[]) {
    const lines = problems
      .slice(0, SHOWN)
      .map((problem) => `  - ${at(problem)}${problem.message} (${problem.rule})`);
    if (problems.length > SHOWN) lines.push(`  - and ${problems.length - SHOWN} more`);
    super(`The policy bundle is refused; correct what follows and load it again:\n${lines.join('\n')}`, {
      problems,
    });
  }
}

function at({ file, line }: BundleProblem): string {
  if (file === '') return '';
  return line === 0 ? `${file}: ` : `${file}:${line}: `;
}
