import { link, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, fullOr, syncDirectory, temporaryName, writeDurably } from '../drivers/local/local-files.js';
import { type KeptDocuments, parseDocumentName } from './kept-documents.js';

/** Documents as read-only files, each linked to its name once it is durable: a link never replaces a file. */
export class LocalDocuments implements KeptDocuments {
  /** @param root folder, made when it is needed */
  constructor(private readonly root: string) {}

  async add(name: string, bytes: Uint8Array): Promise<boolean> {
    const file = join(this.root, parseDocumentName(name));
    const temporary = join(this.root, `.${temporaryName()}`);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeDurably(temporary, chunksOf(bytes), () => undefined);
      await link(temporary, file);
      await syncDirectory(dirname(file));
      return true;
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return false;
      throw fullOr(error, this.root);
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async read(name: string): Promise<Buffer | undefined> {
    return readFile(join(this.root, parseDocumentName(name))).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    });
  }

  async *list(folder: string, after = ''): AsyncIterable<string> {
    const names = await readdir(join(this.root, folder)).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    });
    for (const name of names.map((file) => `${folder}/${file}`).sort()) if (name > after) yield name;
  }
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
