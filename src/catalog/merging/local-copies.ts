import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { assertOutsideTransaction, CONFIG, type Config } from '../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, type Sha256 } from '../../storage/index.js';

/** Verified copies of objects, in a folder of their own, for programs that read files. */
@Injectable()
export class LocalCopies implements OnModuleInit {
  private readonly root: string;

  constructor(
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(CONFIG) config: Config,
  ) {
    this.root = path.join(config.CAIRN_DATA_DIR, 'tables');
  }

  /** What a killed process left is of no use. The data folder has one process only. */
  async onModuleInit(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /**
   * Copies objects to files named as the record's keys, and removes the folder after `work`.
   * @throws what the store throws
   */
  use<T>(
    files: Readonly<Record<string, Sha256 | undefined>>,
    work: (directory: string) => Promise<T>,
  ): Promise<T> {
    return this.inFolder(async (directory) => {
      for (const [name, sha256] of Object.entries(files)) {
        if (sha256 === undefined) continue;
        await pipeline(await this.objects.open(sha256), createWriteStream(path.join(directory, name)));
      }
      return work(directory);
    });
  }

  /** Copies a file as its reader gets it to `raw`. @throws what opening it throws */
  useStream<T>(open: () => Promise<Readable>, work: (directory: string) => Promise<T>): Promise<T> {
    return this.inFolder(async (directory) => {
      await pipeline(await open(), createWriteStream(path.join(directory, 'raw')));
      return work(directory);
    });
  }

  /** Copies the beginning of a file to `head`; a part cannot be verified. @throws what opening it throws */
  useHead<T>(
    open: (end: number) => Promise<Readable>,
    maxBytes: number,
    work: (directory: string) => Promise<T>,
  ): Promise<T> {
    return this.inFolder(async (directory) => {
      await pipeline(await open(maxBytes), createWriteStream(path.join(directory, 'head')));
      return work(directory);
    });
  }

  private async inFolder<T>(work: (directory: string) => Promise<T>): Promise<T> {
    assertOutsideTransaction('copying objects');
    await mkdir(this.root, { recursive: true, mode: 0o700 });
    const directory = await mkdtemp(path.join(this.root, 'task-'));
    try {
      return await work(directory);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }
}
