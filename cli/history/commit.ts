import { formatInstant } from '../output/format.js';

/** A version of a repository. */
export interface Commit {
  readonly id: string;
  readonly message: string;
  readonly author: string;
  readonly committedAt: string;
  readonly parents: readonly string[];
}

/** GraphQL fields of a {@link Commit}. */
export const COMMIT_FIELDS = 'id message author committedAt parents';

/** A commit as `log` tells it. */
export function formatCommit({ id, message, author, committedAt, parents }: Commit): string {
  const merge =
    parents.length > 1 ? `\nmerge   ${parents.map((parent) => parent.slice(0, 12)).join(' ')}` : '';
  const text = message.split('\n').map((line) => `    ${line}`);
  return `commit  ${id}${merge}\nauthor  ${author}\ndate    ${formatInstant(committedAt)}\n\n${text.join('\n')}`;
}
