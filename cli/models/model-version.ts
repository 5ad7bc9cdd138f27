import type { Client, Page } from '../api/client.js';
import { UsageError } from '../exit-codes.js';

/** A version of a registered model. */
export interface ModelVersion {
  readonly model: string;
  readonly number: number;
  readonly commitId: string;
  readonly path: string;
  readonly stage: string;
  readonly aliases: readonly string[];
  readonly description: string | null;
  readonly source: string;
  readonly runId: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdBy: string;
  readonly createdAt: string;
  readonly repository: { readonly name: string };
}

/** GraphQL fields of a {@link ModelVersion}. */
export const VERSION_FIELDS =
  'model number commitId path stage aliases description source runId tags createdBy createdAt repository { name }';

const MAX_NUMBER = 2 ** 31 - 1;

/** How a command line names a version: by its number, or `@ALIAS`. @throws {UsageError} */
export function versionNamed(text: string): { number: number } | { alias: string } {
  if (text.startsWith('@') && text.length > 1) return { alias: text.slice(1) };
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= 1 && number <= MAX_NUMBER) return { number };
  throw new UsageError(`${JSON.stringify(text)}: must be the number of a version, or @ALIAS`);
}

/** The number of a version. @throws {UsageError} */
export function numberNamed(text: string): number {
  const named = versionNamed(text);
  if ('number' in named) return named.number;
  throw new UsageError(`${JSON.stringify(text)}: must be the number of a version`);
}

/** A version by number or `@ALIAS`, with what else of it is asked for. */
export async function findVersion<More = object>(
  client: Client,
  model: string,
  text: string,
  more = '',
): Promise<ModelVersion & More> {
  const { modelVersion } = await client.ask<{ modelVersion: ModelVersion & More }>(
    `query ModelVersion($model: String!, $number: Int, $alias: String) {
      modelVersion(model: $model, number: $number, alias: $alias) { ${VERSION_FIELDS} ${more} }
    }`,
    { model, ...versionNamed(text) },
  );
  return modelVersion;
}

/** All versions of a model, newest first. */
export function listVersions(client: Client, name: string): Promise<ModelVersion[]> {
  const query = `query Versions($name: String!, $first: Int!, $after: String) {
    registeredModel(name: $name) {
      versions(first: $first, after: $after) { nodes { ${VERSION_FIELDS} } pageInfo { hasNextPage endCursor } }
    }
  }`;
  return client.all(async (page) => {
    const answer = await client.ask<{ registeredModel: { versions: Page<ModelVersion> } }>(query, {
      name,
      ...page,
    });
    return answer.registeredModel.versions;
  });
}
