import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { DomainError, InvalidInputError } from '../../platform/index.js';
import { Ledger, parseSha256, type Sha256 } from '../../storage/index.js';
import type { Repository } from '../repositories/repository.js';
import { IMPORT_MARK } from '../imports/import-mark.js';
import type { HeldObject } from '../repositories/repository.repository.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { checkEntry, parsePath, parsePathOrFolder, type TreeEdit, type TreeEntry } from '../trees/index.js';

const MAX_CHANGES = 10_000;

const CHANGE = z.object({
  path: z.string(),
  sha256: z.string().optional(),
  contentType: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  isDeleted: z.boolean().default(false),
});

/** What one request says of paths: 1–10,000 of them, each once. */
export const CHANGES = z.array(CHANGE).min(1).max(MAX_CHANGES, `must have at most ${MAX_CHANGES} changes`);

/** A change names bytes that were not uploaded to this repository. */
export class ObjectNotUploadedError extends DomainError {
  readonly kind = 'not-found';
  constructor(repository: string, path: string, sha256: string) {
    super(
      `${path}: the bytes ${sha256} were not uploaded to "${repository}". Upload them first, then commit.`,
      {
        repository,
        path,
        sha256,
      },
    );
  }
}

/** Reads what requests say of paths. */
@Injectable()
export class ChangeReader {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly ledger: Ledger,
  ) {}

  /**
   * @param options.hasFolders whether paths may be those of folders, default false
   * @returns edits in the order of `changes`
   * @throws {InvalidInputError} naming the change and the rule @throws {ObjectNotUploadedError}
   */
  async toEdits(
    repository: Repository,
    changes: z.output<typeof CHANGES>,
    { hasFolders = false }: { readonly hasFolders?: boolean } = {},
  ): Promise<TreeEdit[]> {
    const parse = hasFolders ? parsePathOrFolder : parsePath;
    const seen = new Set<string>();
    const digests = changes.flatMap((change) => (change.sha256 === undefined ? [] : [change.sha256]));
    const uploaded = await this.repositories.heldObjects(repository, digests);
    const held = await this.ledger.touch(
      [...uploaded].map(([sha256, { sizeBytes }]) => ({ sha256: sha256 as Sha256, sizeBytes })),
    );
    // Only now is it known what stays: before, it may have been removed and forgotten since it was looked for.
    const objects = await this.repositories.heldObjects(repository, [...held]);
    return changes.map((change, i) => {
      const field = `input.changes[${i}]`;
      const path = parse(change.path, `${field}.path`);
      if (seen.has(path)) throw new InvalidInputError(`${field}.path`, `${path} is named twice`);
      seen.add(path);
      if (change.isDeleted) {
        if (change.sha256 !== undefined)
          throw new InvalidInputError(`${field}.sha256`, 'must be absent when isDeleted is true');
        return { path, entry: undefined };
      }
      if (change.sha256 === undefined)
        throw new InvalidInputError(`${field}.sha256`, 'is required unless isDeleted is true');
      const sha256 = parseSha256(change.sha256, `${field}.sha256`);
      const object = objects.get(sha256);
      if (object === undefined) throw new ObjectNotUploadedError(repository.name, path, sha256);
      const { contentType } = change;
      const metadata = markedAs(object, change.metadata);
      const entry = {
        ...{ sha256, sizeBytes: object.sizeBytes },
        ...(contentType !== undefined && { contentType }),
        ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata }),
      };
      checkEntryOf(field, entry);
      return { path, entry };
    });
  }
}

/** What is imported is marked, and nothing else, whatever the request says. */
function markedAs(
  { importedFrom }: HeldObject,
  metadata: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (importedFrom !== undefined) return { ...metadata, [IMPORT_MARK]: importedFrom };
  if (metadata?.[IMPORT_MARK] === undefined) return metadata;
  const { [IMPORT_MARK]: _, ...rest } = metadata;
  return rest;
}

/** Names what is wrong as the request does. */
function checkEntryOf(field: string, entry: TreeEntry): void {
  try {
    checkEntry(entry);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(error.field.replace(/^entry/, field), error.rule);
  }
}
