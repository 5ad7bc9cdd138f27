/** Formats whose values are looked at. */
export const SCANNED_FORMATS = ['csv', 'json', 'jsonl', 'parquet'] as const;
export type ScannedFormat = (typeof SCANNED_FORMATS)[number];

/** Text formats are read to here. */
export const MAX_HEAD_BYTES = 4 * 1024 * 1024;
