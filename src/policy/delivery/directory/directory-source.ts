import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { PolicyBundleError } from '../../bundle/policy-bundle-error.js';
import { readBundleFiles } from '../../bundle/read-bundle-directory.js';
import type { BundleSource, Shown } from '../bundle-source.js';
import { contentDigest } from '../content-digest.js';
import { PolicyRefusedError, refusedBundle } from '../refusal.js';
import { MANIFEST_FILE, MANIFEST_LIMIT, SIGNATURE_FILE } from '../signing/manifest.js';

const BETWEEN_LOOKS_MS = 50;
/** Looks until a folder that keeps changing is given up on. */
const MAX_LOOKS = 100;

/**
 * A watched folder. By its content and not by events, so that a ConfigMap's swapped link, an rsync and an editor are all seen; and only
 * when two looks in a row found the same, so that what is being copied is not taken half.
 */
export class DirectorySource implements BundleSource {
  readonly kind = 'directory';
  readonly name: string;
  readonly isLocal = true;
  private before: string | undefined;

  constructor(
    private readonly directory: string,
    readonly pauseMs: number,
  ) {
    this.name = `directory:${directory}`;
  }

  async look(): Promise<Shown | undefined> {
    const shown = await this.read();
    const isWhole = shown.digest === this.before;
    this.before = shown.digest;
    return isWhole ? shown : undefined;
  }

  async lookUntilWhole(): Promise<Shown> {
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      const shown = await this.look();
      if (shown !== undefined) return shown;
      await pause(BETWEEN_LOOKS_MS);
    }
    const refused = new PolicyRefusedError(
      'unreadable',
      `the folder ${this.directory} does not come to rest`,
    );
    return { digest: digestOfText(refused.reason), refused };
  }

  private async read(): Promise<Shown> {
    try {
      const [files, manifest, signature] = await Promise.all([
        readBundleFiles(this.directory),
        this.beside(MANIFEST_FILE),
        this.beside(SIGNATURE_FILE),
      ]);
      return { digest: contentDigest(files, manifest, signature), claimed: { files, manifest, signature } };
    } catch (error) {
      if (error instanceof PolicyBundleError)
        return { digest: digestOfText(error.message), refused: refusedBundle(error) };
      // A file that went away between being listed and being read, or one that may not be read.
      const refused = new PolicyRefusedError('unreadable', (error as Error).message);
      return { digest: digestOfText(refused.reason), refused };
    }
  }

  private async beside(name: string): Promise<string | undefined> {
    const file = path.join(this.directory, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return undefined;
    if (!found.isFile() || found.size > MANIFEST_LIMIT)
      throw new PolicyRefusedError('manifest', `${name} is no file of at most ${MANIFEST_LIMIT} bytes`);
    return readFile(file, 'utf8');
  }
}

function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
