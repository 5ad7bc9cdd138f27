import { operation } from './client.js';
import type {
  AssetKind,
  AssetSummary,
  Column,
  ColumnEdge,
  EndpointDetails,
  Facet,
  LineageGraph,
  LineageRun,
} from './types.js';
import type { Page, PathChange, ProfiledFile, RepositoryDetails, SearchHit, ServedBy } from './types.js';

const SUMMARY =
  'id kind identityNamespace identityName namespace isManaged description owners tags updatedAt';
const ENDPOINT = 'name desired observed reason url asset { id } revision { number repository commitId path }';

export interface SearchFilter {
  readonly kinds?: readonly AssetKind[];
  readonly tag?: string;
  readonly namespace?: string;
}

export const ME = operation<{ me: { subject: string; displayName: string } }>(
  'query Me { me { subject displayName } }',
);

export const SEARCH = operation<
  { search: Page<SearchHit> & { facets: readonly Facet[]; isFallback: boolean } },
  { query: string; filter: SearchFilter; first: number; after?: string }
>(
  `query Search($query: String!, $filter: SearchFilterInput, $first: Int!, $after: String) {
    search(query: $query, filter: $filter, first: $first, after: $after) {
      nodes { asset { ${SUMMARY} } highlight } facets { name values { value count } } pageInfo { hasNextPage endCursor } isFallback
    }
  }`,
);

export const ASSETS = operation<{ assets: Page<AssetSummary> }, { filter: SearchFilter; first: number }>(
  `query Assets($filter: AssetFilterInput, $first: Int!) {
    assets(filter: $filter, first: $first) { nodes { ${SUMMARY} } pageInfo { hasNextPage endCursor } }
  }`,
);

export const LINEAGE = operation<
  { asset: AssetSummary & { lineage: LineageGraph } },
  { id: string; direction: string; depth: number }
>(
  `query Lineage($id: ID!, $direction: LineageDirection!, $depth: Int!) {
    asset(id: $id) {
      ${SUMMARY}
      lineage(direction: $direction, depth: $depth, first: 500) {
        nodes { id isOpaque asset { ${SUMMARY} } } edges { from to } isTruncated
      }
    }
  }`,
);

export const COLUMN_LINEAGE = operation<
  { asset: { columnLineage: { edges: readonly ColumnEdge[] } } },
  { id: string; column: string; depth: number }
>(
  `query ColumnLineage($id: ID!, $column: String!, $depth: Int!) {
    asset(id: $id) {
      columnLineage(direction: both, depth: $depth, column: $column) {
        edges { fromAsset { id isOpaque } fromColumn toAsset { id isOpaque } toColumn transformation }
      }
    }
  }`,
);

export const SERVED_BY = operation<{ asset: { servedBy: readonly ServedBy[] } }, { id: string }>(
  `query ServedBy($id: ID!) {
    asset(id: $id) {
      servedBy { endpoint { ${ENDPOINT} } model { id identityName } modelCommitId dataCommitId trainingRun { id state } }
    }
  }`,
);

export const ENDPOINT_OF = operation<{ endpoint: EndpointDetails }, { name: string }>(
  `query Endpoint($name: String!) { endpoint(name: $name) { ${ENDPOINT} } }`,
);

export const COLUMNS = operation<{ asset: { columns: readonly Column[] } }, { id: string }>(
  'query Columns($id: ID!) { asset(id: $id) { columns { name type description } } }',
);

export const FILE_COLUMNS = operation<
  { asset: { repository: { entries: Page<ProfiledFile> } | null } },
  { id: string }
>(
  `query FileColumns($id: ID!) {
    asset(id: $id) {
      repository {
        entries(revision: "HEAD", first: 20) {
          nodes { path profile { rowCount columns { name type } } } pageInfo { hasNextPage endCursor }
        }
      }
    }
  }`,
);

export const FACETS = operation<{ asset: { facets: Readonly<Record<string, unknown>> } }, { id: string }>(
  'query Facets($id: ID!) { asset(id: $id) { facets } }',
);

export const RUNS = operation<{ asset: { runs: Page<LineageRun> } }, { id: string }>(
  'query Runs($id: ID!) { asset(id: $id) { runs(first: 30) { nodes { id state startedAt endedAt } pageInfo { hasNextPage endCursor } } } }',
);

export const VERSIONS = operation<
  {
    asset: {
      versions: readonly { version: string; seenAt: string; runId: string | null }[];
      repository: RepositoryDetails | null;
    };
  },
  { id: string }
>(
  `query Versions($id: ID!) {
    asset(id: $id) {
      versions(first: 20) { version seenAt runId }
      repository {
        name defaultBranch
        branches(first: 50) { nodes { name commitId isProtected } }
        tags(first: 50) { nodes { name commitId isProtected } }
        log(first: 20) { nodes { id message author committedAt } }
      }
    }
  }`,
);

export const DIFF = operation<
  { repository: { diff: Page<PathChange> } },
  { name: string; from: string; to: string }
>(
  `query Diff($name: String!, $from: String!, $to: String!) {
    repository(name: $name) {
      diff(from: $from, to: $to, first: 50) {
        nodes {
          path type
          profileChange { addedColumns removedColumns changedColumns { name before after } rowCountBefore rowCountAfter isBreaking }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
);
