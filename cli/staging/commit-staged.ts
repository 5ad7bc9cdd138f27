import type { Client } from '../api/client.js';
import type { Io } from '../io.js';
import { type Operation, waitForOperation } from '../operations/operation.js';

/** Commits what is staged on a branch, and waits for it. @returns the id of the commit */
export async function commitStaged(
  io: Io,
  client: Client,
  input: {
    readonly repository: string;
    readonly branch: string;
    readonly message: string;
    readonly expectedHead?: string;
  },
): Promise<string> {
  const started = await client.ask<{ commitStaged: Pick<Operation, 'id'> }>(
    'mutation CommitStaged($input: CommitStagedInput!) { commitStaged(input: $input) { id } }',
    { input },
  );
  const { result } = await waitForOperation(io, client, started.commitStaged.id);
  return result!['commitId'] as string;
}
