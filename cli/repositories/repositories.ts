import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { formatFields, formatInstant, formatTable } from '../output/format.js';
import type { Session } from '../session.js';
import { addRowKeys } from './row-keys.js';

interface Repository {
  readonly name: string;
  readonly kind: string;
  readonly defaultBranch: string;
  readonly createdAt: string;
  readonly asset: {
    readonly id: string;
    readonly namespace: string;
    readonly description: string | null;
    readonly owners: readonly string[];
    readonly tags: readonly string[];
  };
}
const FIELDS = 'name kind defaultBranch createdAt asset { id namespace description owners tags }';

/** `repo create|list|show|row-keys`. */
export function addRepositories(program: Command, open: () => Session): void {
  const repo = program
    .command('repo')
    .description('repositories: the versioned content of datasets and models');

  addRowKeys(repo, open);

  repo
    .command('create')
    .description('make an empty repository')
    .argument('<name>')
    .requiredOption('--namespace <namespace>', 'its place in the tree of namespaces, e.g. research/penguins')
    .addOption(new Option('--kind <kind>', 'what it holds').choices(['dataset', 'model']).default('dataset'))
    .option('--description <text>')
    .action(async (name: string, options: { namespace: string; kind: string; description?: string }) => {
      const { output, connect } = open();
      const { createRepository } = await connect().ask<{ createRepository: Repository }>(
        `mutation CreateRepository($input: CreateRepositoryInput!) { createRepository(input: $input) { ${FIELDS} } }`,
        { input: { name, ...options } },
      );
      output.result(
        createRepository,
        `Made ${createRepository.kind} repository ${name} in ${createRepository.asset.namespace}.`,
      );
    });

  repo
    .command('list')
    .description('all repositories you may see')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const repositories = await client.all(async (page) => {
        const query = `query Repositories($first: Int!, $after: String) {
          repositories(first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
        }`;
        return (await client.ask<{ repositories: Page<Repository> }>(query, page)).repositories;
      });
      output.result(repositories, () =>
        formatTable(
          ['name', 'kind', 'namespace', 'description'],
          repositories.map(({ name, kind, asset }) => [name, kind, asset.namespace, asset.description ?? '']),
        ),
      );
    });

  repo
    .command('show')
    .description('one repository')
    .argument('<name>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const { repository } = await connect().ask<{ repository: Repository }>(
        `query Repository($name: String!) { repository(name: $name) { ${FIELDS} } }`,
        { name },
      );
      const { kind, defaultBranch, createdAt, asset } = repository;
      output.result(repository, () =>
        formatFields({
          name,
          kind,
          namespace: asset.namespace,
          description: asset.description,
          owners: asset.owners.join(', '),
          tags: asset.tags.join(', '),
          'default branch': defaultBranch,
          created: formatInstant(createdAt),
          asset: asset.id,
        }),
      );
    });
}
