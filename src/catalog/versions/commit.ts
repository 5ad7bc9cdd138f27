import { InvalidInputError } from '../../platform/errors/index.js';
import { sha256Of, type Sha256 } from '../../storage/index.js';

/** A state of a repository and where it came from. It never changes; its id is a digest of all the rest. */
export interface Commit {
  readonly id: Sha256;
  readonly tree: Sha256;
  /** None for the first commit, two for a merge: what it was merged into, then what was merged. */
  readonly parents: readonly Sha256[];
  /** The principal whose work it is, and the one who committed it, such as `user:bob`. */
  readonly author: string;
  readonly committer: string;
  /** Counts in whole milliseconds. */
  readonly committedAt: Date;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The most characters of a commit message. */
export const MAX_MESSAGE_LENGTH = 64 * 1024;

/**
 * The name of a commit: SHA-256 over `cairn commit 1`, a line feed and JSON of
 * `[tree, parents, author, committer, time, message, [[key, value], …]]` with the time in ISO 8601 (UTC,
 * milliseconds) and metadata sorted by key in UTF-16 units.
 * @throws {InvalidInputError} text that has no one form in UTF-8, a time that is none, or a message too long
 */
export function commitId(commit: Omit<Commit, 'id'>): Sha256 {
  const { tree, parents, author, committer, committedAt, message, metadata } = commit;
  if (Number.isNaN(committedAt.getTime())) throw new InvalidInputError('committedAt', 'must be a valid time');
  if (message.length > MAX_MESSAGE_LENGTH) {
    throw new InvalidInputError('message', `must have at most ${MAX_MESSAGE_LENGTH} characters`);
  }
  const pairs = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  const texts = Object.entries({ author, committer, message });
  for (const [field, text] of [...texts, ...pairs.flat().map((text) => ['metadata', text] as const)]) {
    if (/\p{Surrogate}/u.test(text)) {
      throw new InvalidInputError(field, 'must be valid Unicode (it has half of a surrogate pair)');
    }
  }
  const fields = [tree, parents, author, committer, committedAt.toISOString(), message, pairs];
  return sha256Of(Buffer.from(`cairn commit 1\n${JSON.stringify(fields)}`));
}
