import type { Client, Page } from '../api/client.js';

/** A file of a revision. */
export interface Entry {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly contentType: string | null;
  /** Not copied by the service: its digest names where it is, not its bytes, which the service verifies. */
  readonly isImported: boolean;
}

const FIELDS = 'path sha256 sizeBytes contentType isImported';

/** The commit that a revision names now. Reading by it keeps one view while branches move. */
export async function resolveCommit(client: Client, name: string, revision: string): Promise<string> {
  const query =
    'query Resolve($name: String!, $revision: String!) { repository(name: $name) { commit(revision: $revision) { id } } }';
  const { repository } = await client.ask<{ repository: { commit: { id: string } } }>(query, {
    name,
    revision,
  });
  return repository.commit.id;
}

/** All files below a prefix, by path. */
export function listEntries(
  client: Client,
  name: string,
  revision: string,
  prefix: string,
): Promise<Entry[]> {
  const query = `query Entries($name: String!, $revision: String!, $prefix: String!, $first: Int!, $after: String) {
    repository(name: $name) {
      entries(revision: $revision, prefix: $prefix, first: $first, after: $after) {
        nodes { ${FIELDS} } pageInfo { hasNextPage endCursor }
      }
    }
  }`;
  return client.all(async (page) => {
    const variables = { name, revision, prefix, ...page };
    return (await client.ask<{ repository: { entries: Page<Entry> } }>(query, variables)).repository.entries;
  });
}

/** The file at a path. */
export async function findEntry(
  client: Client,
  name: string,
  revision: string,
  path: string,
): Promise<Entry> {
  const query = `query Entry($name: String!, $revision: String!, $path: String!) {
    repository(name: $name) { entry(revision: $revision, path: $path) { ${FIELDS} } }
  }`;
  const { repository } = await client.ask<{ repository: { entry: Entry } }>(query, { name, revision, path });
  return repository.entry;
}
