import type { Client } from '../api/client.js';
import type { Change } from '../content/commit-changes.js';

/** As many as the service takes in one request. */
const BATCH = 10_000;

/** Stages changes on a branch, for its next commit. */
export async function stageChanges(
  client: Client,
  repository: string,
  branch: string,
  changes: readonly Change[],
): Promise<void> {
  for (let at = 0; at < changes.length; at += BATCH) {
    const input = { repository, branch, changes: changes.slice(at, at + BATCH) };
    await client.ask('mutation Stage($input: StageInput!) { stage(input: $input) }', { input });
  }
}
