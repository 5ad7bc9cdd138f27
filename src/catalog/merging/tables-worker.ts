import { closeSync, openSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import path from 'node:path';

import type { ColumnCounts } from '../classification/scanners/confidence.js';
import { countColumns } from '../classification/scanners/count-columns.js';
import { type ContentProfile, type ContentReader, profile } from '../profiles/index.js';
import { maskTable } from '../obligations/table/mask-table.js';
import { tableHead } from '../obligations/table/table-head.js';
import { bufferedSink } from './buffered-sink.js';
import { diffParquet } from './parquet/diff-parquet.js';
import { mergeParquet } from './parquet/merge-parquet.js';
import { diffText } from './rows/diff-text.js';
import { mergeText, type RowsOutcome, type TextFormat, type ThreeSides } from './rows/merge-text.js';
import type { RowDiffOutcome } from './rows/row-diff.js';
import type {
  DiffTask,
  MergeTask,
  ProfileTask,
  ScanTask,
  TableTask,
  TaskAnswers,
  TaskMessage,
} from './table-task.js';

/** The program of the child process: one task a message, one after the other. */

process.on('message', (task: TableTask) => {
  void run(task)
    .then((answer): TaskMessage => ({ answer }))
    .catch((error: unknown): TaskMessage => ({
      failed: error instanceof Error ? error.message : String(error),
    }))
    .then((message) => process.send?.(message));
});
// The service is gone.
process.on('disconnect', () => process.exit(0));

async function run(task: TableTask): Promise<TaskAnswers[keyof TaskAnswers]> {
  switch (task.kind) {
    case 'merge':
      return merge(task);
    case 'profile':
      return profileFile(task);
    case 'diff':
      return diff(task);
    case 'mask':
      return maskTable(task);
    case 'head':
      return tableHead(task);
    case 'scan':
      return scanFile(task);
  }
}

function profileFile({ file, hint, sizeBytes }: ProfileTask): Promise<ContentProfile | undefined> {
  return reading(file, sizeBytes, (reader) => profile(reader, hint));
}

function scanFile({ format, file, sizeBytes }: ScanTask): Promise<readonly ColumnCounts[]> {
  return reading(file, sizeBytes, (reader) => countColumns(format, file, reader));
}

async function reading<T>(
  file: string,
  sizeBytes: number,
  work: (reader: ContentReader) => Promise<T>,
): Promise<T> {
  const handle = await open(file);
  try {
    const read: ContentReader['read'] = async (start, end) =>
      (await handle.read({ buffer: Buffer.alloc(end - start), position: start })).buffer;
    return await work({ sizeBytes, read });
  } finally {
    await handle.close();
  }
}

async function diff({ format, directory, key }: DiffTask): Promise<RowDiffOutcome> {
  const [before, after] = [path.join(directory, 'before'), path.join(directory, 'after')];
  if (format === 'parquet') return diffParquet({ before, after }, key);
  return diffText(format, { before: readFileSync(before), after: readFileSync(after) }, key);
}

async function merge({ format, directory, hasBase, rule, strategy }: MergeTask): Promise<RowsOutcome> {
  const place = (name: string): string => path.join(directory, name);
  const sides = <T>(get: (name: string) => T): ThreeSides<T> => ({
    ...(hasBase && { base: get('base') }),
    ours: get('ours'),
    theirs: get('theirs'),
  });
  if (format === 'parquet') return mergeParquet(sides(place), rule, strategy, place('result'));
  return mergeToFile(
    format,
    sides((name) => readFileSync(place(name))),
    { rule, strategy },
    place('result'),
  );
}

function mergeToFile(
  format: TextFormat,
  files: ThreeSides<Buffer>,
  { rule, strategy }: Pick<MergeTask, 'rule' | 'strategy'>,
  result: string,
): RowsOutcome {
  const file = openSync(result, 'w');
  try {
    const writer = bufferedSink(file);
    const outcome = mergeText(format, files, rule, strategy, writer.sink);
    writer.flush();
    return outcome;
  } finally {
    closeSync(file);
  }
}
