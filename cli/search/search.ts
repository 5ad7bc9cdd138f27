import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { gather, wholeNumber } from '../output/arguments.js';
import { formatTable } from '../output/format.js';
import type { Session } from '../session.js';

interface SearchHit {
  readonly asset: {
    readonly id: string;
    readonly kind: string;
    readonly identityName: string;
    readonly namespace: string;
    readonly tags: readonly string[];
  };
}

interface FoundPage extends Page<SearchHit> {
  readonly isFallback: boolean;
}

interface SearchOptions {
  readonly kind?: readonly string[];
  readonly tag?: string;
  readonly namespace?: string;
  readonly limit: number;
}

const QUERY = `query Search($query: String!, $filter: SearchFilterInput, $first: Int!, $after: String) {
  search(query: $query, filter: $filter, first: $first, after: $after) {
    nodes { score highlight asset { id kind identityNamespace identityName namespace description tags } }
    pageInfo { hasNextPage endCursor }
    isFallback
  }
}`;

/** `search QUERY`. */
export function addSearch(program: Command, open: () => Session): void {
  program
    .command('search')
    .description('find assets by name, description, column, tag')
    .argument('<query...>')
    .option('--kind <kind>', 'dataset, model, job, endpoint or workload; may be given several times', gather)
    .option('--tag <tag>', 'a classification')
    .option('--namespace <namespace>', 'this namespace and all below it')
    .option('-n, --limit <count>', 'hits at most', wholeNumber('--limit', 1, 10_000), 20)
    .action(async (words: string[], { kind: kinds, tag, namespace, limit }: SearchOptions) => {
      const { io, output, connect } = open();
      const client = connect();
      const variables = { query: words.join(' '), filter: { kinds, tag, namespace } };
      let isFallback = false;
      const hits = await client.all(async (page) => {
        const { search } = await client.ask<{ search: FoundPage }>(QUERY, { ...variables, ...page });
        isFallback ||= search.isFallback;
        return search;
      }, limit);
      if (isFallback) io.stderr.write('Elasticsearch is away or behind; PostgreSQL answered instead.\n');
      output.result(hits, () =>
        hits.length === 0
          ? 'Nothing found.'
          : formatTable(
              ['kind', 'name', 'namespace', 'tags', 'id'],
              hits.map(({ asset }) => [
                asset.kind,
                asset.identityName,
                asset.namespace,
                asset.tags.join(' '),
                asset.id,
              ]),
            ),
      );
    });
}
