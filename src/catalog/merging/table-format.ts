import { type ContentHint, formatOf } from '../profiles/index.js';
import type { TableFormat } from './table-task.js';

/** The one format of some versions of a file, or why their rows cannot be read together. */
export function tableFormatOf(versions: readonly ContentHint[]): TableFormat | { readonly reason: string } {
  const formats = new Set(versions.map(formatOf));
  if (formats.size > 1) return { reason: 'the versions are of different formats' };
  const [format] = formats;
  switch (format) {
    case 'csv':
    case 'json':
    case 'jsonl':
    case 'parquet':
      return format;
    default:
      return { reason: `files of the format ${format ?? 'unknown'} have no rows` };
  }
}
