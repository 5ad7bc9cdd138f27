import type { Client } from '../api/client.js';
import { type Commit, COMMIT_FIELDS } from '../history/commit.js';

/** One path of a commit: what it is to hold from now on, or that it goes. */
export interface Change {
  readonly path: string;
  readonly sha256?: string;
  readonly contentType?: string;
  readonly isDeleted?: boolean;
}

/** What a commit is made of. */
export interface CommitRequest {
  readonly repository: string;
  readonly branch: string;
  readonly message: string;
  /** Refused when the branch is elsewhere. */
  readonly expectedHead?: string;
  readonly changes: readonly Change[];
}

/** Makes one commit of uploaded content. */
export async function commitChanges(client: Client, input: CommitRequest): Promise<Commit> {
  const { commit } = await client.ask<{ commit: Commit }>(
    `mutation Commit($input: CommitInput!) { commit(input: $input) { ${COMMIT_FIELDS} } }`,
    { input },
  );
  return commit;
}
