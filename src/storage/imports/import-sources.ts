import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InvalidInputError, NotFoundError, validate } from '../../platform/index.js';
import { FolderSource } from './folder-source.js';
import type { ImportSource } from './import-source.js';
import { S3Source } from './s3-source.js';

const COMMON = {
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1–63 lower-case letters, digits or "-"'),
  namespace: z.string().min(1).max(200),
};
const VARIABLE = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of an environment variable');

const SOURCES = z
  .array(
    z.discriminatedUnion('type', [
      z.strictObject({
        ...COMMON,
        type: z.literal('folder'),
        path: z.string().startsWith('/', 'must be absolute'),
      }),
      z.strictObject({
        ...{ ...COMMON, type: z.literal('s3'), bucket: z.string().min(3).max(63) },
        prefix: z.string().max(900).default(''),
        endpoint: z.url().optional(),
        region: z.string().min(1).default('us-east-1'),
        /** Names of environment variables, so that the file holds no secret. */
        accessKeyIdFrom: VARIABLE.optional(),
        secretAccessKeyFrom: VARIABLE.optional(),
      }),
    ]),
  )
  .max(100);

/** The places that may be imported from, as the file that CAIRN_IMPORT_SOURCES names lists them. */
export class ImportSources {
  private constructor(private readonly sources: ReadonlyMap<string, ImportSource>) {}

  /** @param file path of a JSON file; none: there are no sources @throws {InvalidInputError} naming the entry and the rule */
  static async read(
    file: string | undefined,
    env: Readonly<Record<string, string | undefined>> = process.env,
  ): Promise<ImportSources> {
    if (file === undefined) return new ImportSources(new Map());
    const text = await readFile(file, 'utf8').catch((error: Error) => {
      throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `${file} cannot be read: ${error.message}`);
    });
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `${file} must be JSON`);
    }
    const settings = validate(SOURCES, parsed, 'CAIRN_IMPORT_SOURCES');
    const sources = new Map<string, ImportSource>();
    for (const each of settings) {
      if (sources.has(each.name))
        throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `"${each.name}" is there twice`);
      sources.set(
        each.name,
        each.type === 'folder' ? new FolderSource(each.name, each.namespace, each.path) : s3Of(each, env),
      );
    }
    return new ImportSources(sources);
  }

  /** @throws {NotFoundError} */
  get(name: string): ImportSource {
    const source = this.sources.get(name);
    if (source === undefined) throw new NotFoundError('Import source', name);
    return source;
  }

  list(): readonly ImportSource[] {
    return [...this.sources.values()];
  }
}

function s3Of(
  settings: Extract<z.output<typeof SOURCES>[number], { type: 's3' }>,
  env: Readonly<Record<string, string | undefined>>,
): S3Source {
  const { name, namespace, accessKeyIdFrom, secretAccessKeyFrom, ...where } = settings;
  const accessKeyId = accessKeyIdFrom && env[accessKeyIdFrom];
  const secretAccessKey = secretAccessKeyFrom && env[secretAccessKeyFrom];
  if (
    (accessKeyIdFrom !== undefined || secretAccessKeyFrom !== undefined) &&
    !(accessKeyId && secretAccessKey)
  )
    throw new InvalidInputError(
      'CAIRN_IMPORT_SOURCES',
      `"${name}": the variables of its credentials are not both set`,
    );
  return new S3Source(name, namespace, {
    ...where,
    ...(accessKeyId && secretAccessKey && { credentials: { accessKeyId, secretAccessKey } }),
  });
}
