import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, InvalidInputError } from '../../platform/index.js';
import { LocalCopies } from '../merging/local-copies.js';
import { tableFormatOf } from '../merging/table-format.js';
import { TaskRunner } from '../merging/task-runner.js';
import { NoTableError } from './errors.js';
import type { ShownContent } from './obliged-content.js';
import type { TableHead } from './table/table-obligations.js';

/** Rows of a preview, at most. */
export const MAX_PREVIEW_ROWS = 200;

/** Shows the first rows of tables as their reader gets them. */
@Injectable()
export class PreviewService {
  constructor(
    private readonly copies: LocalCopies,
    private readonly tasks: TaskRunner,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * @param shown what the caller gets of the file
   * @returns undefined for formats without rows
   * @throws {NoTableError} @throws {TablesBusyError}
   */
  async preview(at: string, shown: ShownContent, first: number): Promise<TableHead | undefined> {
    if (!Number.isInteger(first) || first < 1 || first > MAX_PREVIEW_ROWS)
      throw new InvalidInputError(
        'first',
        `must be a whole number from 1 to ${MAX_PREVIEW_ROWS}, not ${first}`,
      );
    const { sizeBytes, contentType } = shown.entry;
    const format = tableFormatOf([{ path: at, contentType }]);
    if (typeof format !== 'string') return undefined;
    const limit = this.config.CAIRN_MASK_MAX_BYTES;
    if (sizeBytes > limit) throw new NoTableError(at, `has ${sizeBytes} bytes, more than ${limit}`);
    return this.copies.useStream(
      () => shown.open(),
      async (directory) => {
        const task = { kind: 'head', format, directory, first } as const;
        const result = await this.tasks.run(task, sizeBytes, this.config.CAIRN_MASK_TIMEOUT_MS);
        if (result.kind === 'lost') throw new NoTableError(at, `cannot be read: ${result.reason}`);
        if (typeof result.answer === 'string') throw new NoTableError(at, result.answer);
        return result.answer;
      },
    );
  }
}
