import type { Client, Page } from '../api/client.js';
import { formatInstant, formatTable, shortId } from '../output/format.js';

/** A name for a commit. */
export interface Ref {
  readonly name: string;
  readonly type: 'branch' | 'tag';
  readonly commitId: string;
  readonly isProtected: boolean;
  readonly updatedAt: string;
}

/** GraphQL fields of a {@link Ref}. */
export const REF_FIELDS = 'name type commitId isProtected updatedAt';

/** All branches or tags of a repository. */
export function listRefs(client: Client, repository: string, list: 'branches' | 'tags'): Promise<Ref[]> {
  const query = `query Refs($name: String!, $first: Int!, $after: String) {
    repository(name: $name) {
      ${list}(first: $first, after: $after) { nodes { ${REF_FIELDS} } pageInfo { hasNextPage endCursor } }
    }
  }`;
  return client.all(async (page) => {
    const answer = await client.ask<{ repository: Readonly<Record<typeof list, Page<Ref>>> }>(query, {
      name: repository,
      ...page,
    });
    return answer.repository[list];
  });
}

/** Branches or tags as a table. */
export function formatRefs(refs: readonly Ref[]): string {
  return formatTable(
    ['name', 'commit', 'moved', ''],
    refs.map(({ name, commitId, isProtected, updatedAt }) => [
      name,
      shortId(commitId),
      formatInstant(updatedAt),
      isProtected ? 'protected' : '',
    ]),
  );
}
