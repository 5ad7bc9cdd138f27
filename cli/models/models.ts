import type { Command } from 'commander';
import type { Page } from '../api/client.js';
import { parseRevisionAddress } from '../content/address.js';
import { formatFields, formatInstant, formatTable, shortId } from '../output/format.js';
import type { Session } from '../session.js';
import { addContents } from './contents.js';
import { listVersions, type ModelVersion, VERSION_FIELDS } from './model-version.js';
import { addMoves } from './moves.js';

interface RegisteredModel {
  readonly name: string;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly { readonly alias: string; readonly version: number }[];
  readonly createdBy: string;
  readonly createdAt: string;
  readonly repository: { readonly name: string };
  readonly asset: { readonly namespace: string; readonly owners: readonly string[] };
}
const FIELDS =
  'name description tags aliases { alias version } createdBy createdAt repository { name } asset { namespace owners }';

/** `models create|list|show|register|versions|alias|stage|card|download`. */
export function addModels(program: Command, open: () => Session): void {
  const models = program
    .command('models')
    .description('registered models: numbered versions, aliases, stages');

  models
    .command('create')
    .description('register a name for a model')
    .argument('<name>')
    .option('--namespace <namespace>', 'with a new repository, in this place in the tree of namespaces')
    .option('--repository <repo>', 'over this repository of kind model')
    .option('--description <text>')
    .action(
      async (name: string, options: { namespace?: string; repository?: string; description?: string }) => {
        const { output, connect } = open();
        const { createRegisteredModel } = await connect().ask<{ createRegisteredModel: RegisteredModel }>(
          `mutation CreateModel($input: CreateRegisteredModelInput!) { createRegisteredModel(input: $input) { ${FIELDS} } }`,
          { input: { name, ...options } },
        );
        const { repository, asset } = createRegisteredModel;
        output.result(
          createRegisteredModel,
          `Registered ${name} over repository ${repository.name} in ${asset.namespace}.`,
        );
      },
    );

  models
    .command('list')
    .description('all registered models you may see')
    .action(async () => {
      const { output, connect } = open();
      const client = connect();
      const query = `query Models($first: Int!, $after: String) {
        registeredModels(first: $first, after: $after) { nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
      }`;
      const all = await client.all(
        async (page) =>
          (await client.ask<{ registeredModels: Page<RegisteredModel> }>(query, page)).registeredModels,
      );
      output.result(all, () =>
        formatTable(
          ['name', 'repository', 'namespace', 'aliases'],
          all.map(({ name, repository, asset, aliases }) => [
            ...[name, repository.name, asset.namespace],
            aliases.map(({ alias, version }) => `${alias}=${version}`).join(' '),
          ]),
        ),
      );
    });

  models
    .command('show')
    .description('one registered model')
    .argument('<name>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const { registeredModel } = await connect().ask<{ registeredModel: RegisteredModel }>(
        `query Model($name: String!) { registeredModel(name: $name) { ${FIELDS} } }`,
        { name },
      );
      const { description, tags, aliases, createdBy, createdAt, repository, asset } = registeredModel;
      output.result(registeredModel, () =>
        formatFields({
          ...{ name, description, repository: repository.name, namespace: asset.namespace },
          owners: asset.owners.join(', '),
          aliases: aliases.map(({ alias, version }) => `${alias}=${version}`).join(' '),
          tags: Object.entries(tags)
            .map(([key, value]) => `${key}=${value}`)
            .join(' '),
          registered: `${formatInstant(createdAt)} by ${createdBy}`,
        }),
      );
    });

  models
    .command('register')
    .description('make the next version of a model from what is at an address')
    .argument('<name>')
    .argument('<address>', 'REPO@REVISION or REPO@REVISION:FOLDER')
    .option('--description <text>')
    .action(async (model: string, address: string, options: { description?: string }) => {
      const { output, connect } = open();
      const input = { model, ...parseRevisionAddress(address), ...options };
      const { createModelVersion } = await connect().ask<{ createModelVersion: ModelVersion }>(
        `mutation Register($input: CreateModelVersionInput!) { createModelVersion(input: $input) { ${VERSION_FIELDS} } }`,
        { input },
      );
      const { number, commitId, repository } = createModelVersion;
      output.result(
        createModelVersion,
        `Registered version ${number} of ${model} at ${repository.name}@${shortId(commitId)}.`,
      );
    });

  models
    .command('versions')
    .description('all versions of a model, newest first')
    .argument('<name>')
    .action(async (name: string) => {
      const { output, connect } = open();
      const versions = await listVersions(connect(), name);
      output.result(versions, () =>
        formatTable(
          ['version', 'stage', 'aliases', 'commit', 'by', 'registered'],
          versions.map(({ number, stage, aliases, commitId, createdBy, createdAt }) => [
            ...[
              String(number),
              stage,
              aliases.join(' '),
              shortId(commitId),
              createdBy,
              formatInstant(createdAt),
            ],
          ]),
        ),
      );
    });

  addMoves(models, open);
  addContents(models, open);
}
