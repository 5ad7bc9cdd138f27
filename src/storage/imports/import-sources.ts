import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { InvalidInputError, NotFoundError, validate } from '../../platform/index.js';
import { FolderSource } from './folder-source.js';
import type { ImportSource } from './import-source.js';
import { S3Source, type S3SourceOptions } from './s3-source.js';

const COMMON = {
  name: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1–63 lower-case letters, digits or "-"'),
  namespace: z.string().min(1).max(200),
};
const CREDENTIALS = z.strictObject({ accessKeyId: z.string().min(1), secretAccessKey: z.string().min(1) });

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
        /** A file with `{"accessKeyId", "secretAccessKey"}`; without one, the AWS SDK's own sources. */
        credentialsFile: z.string().startsWith('/', 'must be absolute').optional(),
      }),
    ]),
  )
  .max(100);

/** The places that may be imported from, as the file that CAIRN_IMPORT_SOURCES names lists them. */
export class ImportSources {
  private constructor(private readonly sources: ReadonlyMap<string, ImportSource>) {}

  /** @param file path of a JSON file; none: there are no sources @throws {InvalidInputError} naming the entry and the rule */
  static async read(file: string | undefined): Promise<ImportSources> {
    const sources = new Map<string, ImportSource>();
    const settings = file === undefined ? [] : await readJson(file, SOURCES);
    for (const { name, namespace, ...where } of settings) {
      if (sources.has(name)) throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `"${name}" is there twice`);
      if (where.type === 'folder') sources.set(name, new FolderSource(name, namespace, where.path));
      else sources.set(name, new S3Source(name, namespace, await withCredentials(where)));
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

async function withCredentials(
  where: Omit<Extract<z.output<typeof SOURCES>[number], { type: 's3' }>, 'name' | 'namespace'>,
): Promise<S3SourceOptions> {
  const { credentialsFile: file } = where;
  return file === undefined ? where : { ...where, credentials: await readJson(file, CREDENTIALS) };
}

/** Never quotes what is in the file, which may be a secret. */
async function readJson<Schema extends z.ZodType>(file: string, schema: Schema): Promise<z.output<Schema>> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `${file} cannot be read: ${error.message}`);
  });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new InvalidInputError('CAIRN_IMPORT_SOURCES', `${file} must be JSON`);
  }
  return validate(schema, parsed as z.input<Schema>, 'CAIRN_IMPORT_SOURCES');
}
