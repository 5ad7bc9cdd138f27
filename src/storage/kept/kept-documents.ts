import { z } from 'zod';
import { validate } from '../../platform/errors/index.js';

/**
 * Small documents that are written once, under names of their own, beside the objects: garbage collection knows nothing of them and nothing
 * here removes one.
 */
export interface KeptDocuments {
  /**
   * Resolves once the document would survive a power cut.
   * @param name folders and letters, e.g. `audit/0000000001.json`
   * @returns false when there is a document of that name: it stays as it is
   */
  add(name: string, bytes: Uint8Array): Promise<boolean>;
  /** @returns undefined when there is none of that name */
  read(name: string): Promise<Buffer | undefined>;
  /** Names in a folder, in the order of their bytes. @param after only names behind this one */
  list(folder: string, after?: string): AsyncIterable<string>;
}

const NAME = z.string().regex(/^[a-z]+(\/[a-z0-9][a-z0-9.-]{0,99}){1,3}$/, 'must be folders and a name');

/** @throws {InvalidInputError} */
export function parseDocumentName(name: string): string {
  return validate(NAME, name, 'name');
}
