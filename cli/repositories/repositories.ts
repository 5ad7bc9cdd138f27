import { type Command, Option } from 'commander';
import type { Page } from '../api/client.js';
import { gather, wholeNumber } from '../output/arguments.js';
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
    .option('--deleted', 'those that were deleted and can be had back')
    .action(async ({ deleted = false }: { deleted?: boolean }) => {
      const { output, connect } = open();
      const client = connect();
      const repositories = await client.all(async (page) => {
        const query = `query Repositories($first: Int!, $after: String, $isDeleted: Boolean!) {
          repositories(first: $first, after: $after, isDeleted: $isDeleted) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
        }`;
        return (await client.ask<{ repositories: Page<Repository> }>(query, { ...page, isDeleted: deleted }))
          .repositories;
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

  for (const [name, mutation, description, done] of [
    [
      'delete',
      'deleteRepository',
      'make a repository disappear with all that is in it',
      'is gone; bring it back with: cairn repo undelete',
    ],
    ['undelete', 'undeleteRepository', 'bring a deleted repository back as it was', 'is back'],
  ] as const) {
    repo
      .command(name)
      .description(description)
      .argument('<name>')
      .action(async (repository: string) => {
        const { output, connect } = open();
        const query = `mutation Change($name: String!) { ${mutation}(name: $name) { name deletedAt } }`;
        const answer = await connect().ask<Record<string, object>>(query, { name: repository });
        output.result(
          answer[mutation],
          `Repository ${repository} ${done}${name === 'delete' ? ` ${repository}` : ''}.`,
        );
      });
  }

  repo
    .command('checks')
    .description('what commits and merges must pass; with options, replace them all')
    .argument('<name>')
    .option('--schema-compatibility', "a file's new schema must be readable by readers of the one before")
    .option('--max-file-bytes <bytes>', 'largest file', wholeNumber('--max-file-bytes', 1, 2 ** 50))
    .option('--max-changes <count>', 'paths of one commit', wholeNumber('--max-changes', 1, 1_000_000_000))
    .option('--require-metadata <key>', 'a key that commits must have; several times', gather)
    .option('--branch <name>', 'a branch that they hold for, instead of all; several times', gather)
    .option('--none', 'ask for nothing')
    .action(async (name: string, options: CheckOptions) => {
      const { output, connect } = open();
      const client = connect();
      const isChange = Object.keys(options).length > 0;
      const answer = isChange
        ? (
            await client.ask<{ setChecks: { checks: object } }>(
              'mutation SetChecks($input: SetChecksInput!) { setChecks(input: $input) { checks } }',
              { input: { repository: name, checks: checksOf(options) } },
            )
          ).setChecks
        : (
            await client.ask<{ repository: { checks: object } }>(
              'query Checks($name: String!) { repository(name: $name) { checks } }',
              { name },
            )
          ).repository;
      output.result(answer.checks, () => JSON.stringify(answer.checks, undefined, 2));
    });
}

interface CheckOptions {
  readonly schemaCompatibility?: boolean;
  readonly maxFileBytes?: number;
  readonly maxChanges?: number;
  readonly requireMetadata?: readonly string[];
  readonly branch?: readonly string[];
  readonly none?: boolean;
}

function checksOf({
  schemaCompatibility,
  maxFileBytes,
  maxChanges,
  requireMetadata,
  branch,
}: CheckOptions): object {
  return {
    ...(schemaCompatibility === true && { schemaCompatibility: 'backward' }),
    ...{ maxFileBytes, maxChanges, requiredMetadata: requireMetadata, branches: branch },
  };
}
