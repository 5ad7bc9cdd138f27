import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import { OBJECT_STORE, type ObjectStore, type Sha256 } from '../../../storage/index.js';
import { ProfileService, type ProfiledEntry } from '../../content/profile.service.js';
import { LocalCopies } from '../../merging/local-copies.js';
import { TaskRunner } from '../../merging/task-runner.js';
import { formatOf } from '../../profiles/index.js';
import { scannedFiles } from '../metrics.js';
import type { ColumnCounts } from './confidence.js';
import { MAX_HEAD_BYTES, SCANNED_FORMATS, type ScannedFormat } from './scanned-formats.js';

/** Larger Parquet files are not copied to be looked at; of them the names of columns count. */
const MAX_PARQUET_BYTES = 64 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** What was seen of a file. */
export interface ScannedFile {
  readonly columns: readonly ColumnCounts[];
  /** Whether values were looked at. */
  readonly isRead: boolean;
}

/** Looks at files of users, in a child process: values never come out of it. */
@Injectable()
export class FileScanner {
  constructor(
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    private readonly profiles: ProfileService,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  /** Whether scanners know the format. */
  knows(entry: ProfiledEntry): boolean {
    return scannedFormatOf(entry) !== undefined;
  }

  /** @throws what the object store throws @throws {TablesBusyError} */
  async scan(entry: ProfiledEntry): Promise<ScannedFile> {
    const format = scannedFormatOf(entry)!;
    if (format !== 'parquet' || entry.sizeBytes <= MAX_PARQUET_BYTES) {
      const columns = await this.count(entry, format);
      if (columns !== undefined) {
        scannedFiles.inc({ outcome: 'read' });
        return { columns, isRead: true };
      }
    }
    const profile = await this.profiles.find(entry);
    const names = profile?.columns ?? [];
    scannedFiles.inc({ outcome: names.length > 0 ? 'names' : 'failed' });
    return { columns: names.map(({ name }) => ({ name, values: 0, matches: {} })), isRead: false };
  }

  private count(entry: ProfiledEntry, format: ScannedFormat): Promise<readonly ColumnCounts[] | undefined> {
    const bytes = format === 'parquet' ? entry.sizeBytes : Math.min(entry.sizeBytes, MAX_HEAD_BYTES);
    const openHead = (end: number) => this.objects.open(entry.sha256 as Sha256, { start: 0, end });
    return this.copies.useHead(openHead, bytes, async (directory) => {
      const task = {
        kind: 'scan',
        format,
        file: path.join(directory, 'head'),
        sizeBytes: entry.sizeBytes,
      } as const;
      const result = await this.tasks.run(task, bytes, TIMEOUT_MS);
      return result.kind === 'answer' ? result.answer : undefined;
    });
  }
}

function scannedFormatOf(entry: ProfiledEntry): ScannedFormat | undefined {
  const format = formatOf(entry);
  return SCANNED_FORMATS.find((one) => one === format);
}
