import { Inject, Injectable } from '@nestjs/common';
import { ContentService, type LeafItem } from '../../../catalog/index.js';
import type { Principal } from '../../../identity/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../../storage/index.js';
import {
  EXECUTION_DRIVER,
  type ExecutionDriver,
  type Mount,
  type MountedFile,
} from '../../execution/execution-driver.js';
import { InputsTooLargeError } from '../errors.js';
import type { PinnedContent, TrainingRun } from '../training-run.js';

/** Files that a run may read at most, inputs and code together. */
const MAX_FILES = 100_000;

/** The inputs and the code of a run, as folders. Bytes are verified against their digests while they are written. */
@Injectable()
export class RunMounts {
  constructor(
    private readonly content: ContentService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(EXECUTION_DRIVER) private readonly driver: ExecutionDriver,
  ) {}

  /**
   * @param signal stops the reading between files
   * @throws {InputsTooLargeError} before anything is written
   */
  async of(caller: Principal, { inputs, code }: TrainingRun, signal: AbortSignal): Promise<Mount[]> {
    const parts: { name?: string; content: PinnedContent }[] = inputs.map((content) => ({
      name: content.mount,
      content,
    }));
    if (code !== null) parts.push({ content: code });
    const mounts: Mount[] = [];
    let sizeBytes = 0;
    let files = 0;
    const room = await this.driver.freeBytes();
    for (const { name, content } of parts) {
      // Asked about the reader once more, by the door that all reads pass.
      const { commit } = await this.content.at(caller, content.repository, content.commitId);
      for await (const { entry } of this.content.walk(commit)) {
        signal.throwIfAborted();
        sizeBytes += entry.sizeBytes;
        if (++files > MAX_FILES) throw new InputsTooLargeError('files', files, MAX_FILES);
        if (sizeBytes > room) throw new InputsTooLargeError('bytes', sizeBytes, room);
      }
      mounts.push({ name, files: this.files(this.content.walk(commit), signal) });
    }
    return mounts;
  }

  private async *files(entries: AsyncIterable<LeafItem>, signal: AbortSignal): AsyncIterable<MountedFile> {
    for await (const { path, entry } of entries) {
      signal.throwIfAborted();
      const object = { sha256: entry.sha256, sizeBytes: entry.sizeBytes };
      yield { path, open: () => this.objects.open(entry.sha256), object };
    }
  }
}
