import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { CONFIG, type Config, LOGGER, type Logger } from '../../platform/index.js';
import { parseSha256, type Sha256 } from '../../storage/index.js';
import { maskedBytes } from './metrics.js';

/** What is known of a masked file. */
export interface MaskedFile {
  /** Of the masked bytes. */
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

interface KeptFile extends MaskedFile {
  readonly file: string;
}

/** Digests and sizes that are remembered; the files may be gone, and can be made again. */
const MAX_KNOWN = 100_000;

/** Masked files on this replica's disk, the least used ones let go of. Made again, a file is the same to the byte. */
@Injectable()
export class MaskedFiles implements OnModuleInit {
  private readonly root: string;
  private readonly kept: LRUCache<string, KeptFile>;
  private readonly known = new LRUCache<string, MaskedFile>({ max: MAX_KNOWN });

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.root = path.join(config.CAIRN_DATA_DIR, 'masked');
    this.kept = new LRUCache({
      maxSize: config.CAIRN_MASK_CACHE_BYTES,
      sizeCalculation: ({ sizeBytes }) => Math.max(1, sizeBytes),
      dispose: ({ file }) => void this.remove(file),
    });
  }

  /** What another start of the service left was made under policies of its time. */
  async onModuleInit(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** What a file that was made before is, whether or not it is still here. */
  describe(id: string): MaskedFile | undefined {
    return this.known.get(id);
  }

  /** Takes a file over. @returns undefined when it is larger than all files together may be; it is not taken then */
  async keep(id: string, from: string): Promise<MaskedFile | undefined> {
    const { size: sizeBytes } = await stat(from);
    if (sizeBytes > this.config.CAIRN_MASK_CACHE_BYTES) return undefined;
    const digest = createHash('sha256');
    await pipeline(createReadStream(from), digest);
    const sha256 = parseSha256(digest.digest('hex'));
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const file = path.join(this.root, randomUUID());
    await rename(from, file);
    this.kept.set(id, { sha256, sizeBytes, file });
    this.known.set(id, { sha256, sizeBytes });
    maskedBytes.set(this.kept.calculatedSize);
    return { sha256, sizeBytes };
  }

  /** A handle on a file that is here; it reads on when the file is let go of meanwhile. The caller closes it. */
  async open(id: string): Promise<FileHandle | undefined> {
    const kept = this.kept.get(id);
    if (kept === undefined) return undefined;
    try {
      return await open(kept.file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.kept.delete(id);
      return undefined;
    }
  }

  private async remove(file: string): Promise<void> {
    maskedBytes.set(this.kept.calculatedSize);
    await rm(file, { force: true }).catch((error: unknown) => {
      this.log.warn({ err: error }, 'catalog: a masked file could not be removed');
    });
  }
}
