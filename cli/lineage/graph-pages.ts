import type { Client, Page } from '../api/client.js';
import type { LineageGraph, LineageNode } from './tree.js';

const MAX_PAGE = 5_000;

const QUERY = `query Lineage($id: ID!, $direction: LineageDirection!, $depth: Int!, $first: Int!, $after: String, $asOf: DateTime, $filter: LineageFilterInput) {
  asset(id: $id) {
    lineage(direction: $direction, depth: $depth, first: $first, after: $after, asOf: $asOf, filter: $filter) {
      nodes { id distance isOpaque asset { id kind identityNamespace identityName namespace } }
      edges { from to firstSeenAt lastSeenAt evidence } pageInfo { hasNextPage endCursor } isTruncated
    }
  }
}`;

/** What is asked of a graph. */
export interface GraphQuestion {
  readonly id: string;
  readonly direction: string;
  readonly depth: number;
  readonly asOf?: string | undefined;
  readonly filter?: object | undefined;
}

/** The first nodes of a graph with the edges between them. @param limit nodes at most */
export async function graphOf(
  client: Client,
  question: GraphQuestion,
  limit: number,
): Promise<LineageGraph & { readonly hasMore: boolean }> {
  const edges: LineageGraph['edges'][number][] = [];
  let isTruncated = false;
  let hasMore = false;
  const nodes = await client.all(
    async (page) => {
      const { lineage } = (await client.ask<Answer>(QUERY, { ...question, ...page })).asset;
      for (const edge of lineage.edges) edges.push(edge);
      isTruncated = lineage.isTruncated;
      hasMore = lineage.pageInfo.hasNextPage;
      return lineage;
    },
    limit,
    MAX_PAGE,
  );
  return { nodes, edges, isTruncated, hasMore };
}

interface Answer {
  readonly asset: { readonly lineage: LineageGraph & Page<LineageNode> };
}
