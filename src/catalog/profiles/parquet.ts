import { parquetMetadata, type FileMetaData, type ParquetParsers, type Statistics } from 'hyparquet';

import type { ContentReader } from './content-reader.js';
import { FooterFault, readFooter } from './parquet-footer.js';
import { schemaTree, typeText, type SchemaNode } from './parquet-types.js';
import {
  MAX_COLUMNS,
  MAX_NAME_LENGTH,
  type ColumnProfile,
  type ContentProfile,
  type Problems,
} from './profile.js';

const MAX_VALUE_LENGTH = 128;
/** Digits that a double holds exactly. */
const EXACT_DIGITS = 15;

/** Times as exact text; the parser's own lose what is finer than a millisecond. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (value) => instant(value, 3),
  timestampFromMicroseconds: (value) => instant(value, 6),
  timestampFromNanoseconds: (value) => instant(value, 9),
  dateFromDays: (days) => instant(BigInt(days) * 86_400n, 0)?.slice(0, 10),
  jsonFromBytes: () => undefined,
  geometryFromBytes: () => undefined,
  geographyFromBytes: () => undefined,
};

/** @param digits of a second's fraction that `value` counts in */
function instant(value: bigint, digits: number): string | undefined {
  const unit = 10n ** BigInt(digits);
  const fraction = ((value % unit) + unit) % unit;
  const date = new Date(Number((value - fraction) / unit) * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  const seconds = date.toISOString().slice(0, -5);
  const text = fraction === 0n ? '' : `.${String(fraction).padStart(digits, '0').replace(/0+$/, '')}`;
  return `${seconds}${text}Z`;
}

/** The footer, checked and parsed. @throws {FooterFault} */
export async function readParquet(reader: ContentReader): Promise<FileMetaData> {
  return parse(await readFooter(reader));
}

/** Read from the footer alone: schema, row count and the statistics of the row groups. */
export async function profileParquet(
  reader: ContentReader,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  try {
    const metadata = await readParquet(reader);
    const { children } = schemaTree(metadata.schema);
    if (children.length > MAX_COLUMNS) {
      problems.add(`columns: only the first ${MAX_COLUMNS} of ${children.length} are profiled`);
    }
    const rowCount = Number(metadata.num_rows);
    if (!Number.isSafeInteger(rowCount) || rowCount < 0) throw new FooterFault(`a row count of ${rowCount}`);
    const statistics = statisticsByColumn(metadata);
    return {
      format: 'parquet',
      columns: children
        .slice(0, MAX_COLUMNS)
        .map((node) => columnOf(node, statistics.get(node.element.name))),
      rowCount,
    };
  } catch (error) {
    if (!(error instanceof FooterFault)) throw error;
    problems.add(`parquet footer: ${error.message}`);
    return { format: 'parquet', columns: [] };
  }
}

function parse(footer: Uint8Array): FileMetaData {
  try {
    return parquetMetadata(footer, { parsers: PARSERS as ParquetParsers, geoparquet: false });
  } catch (error) {
    throw new FooterFault('it does not follow the format', { cause: error });
  }
}

/** What one row group says of a column; a writer may leave out any of it. */
interface GroupStatistics extends Partial<Statistics> {
  readonly values: number;
}

/** The statistics of all row groups that have rows, for each column that is not nested. */
function statisticsByColumn(metadata: FileMetaData): Map<string, GroupStatistics[]> {
  const found = new Map<string, GroupStatistics[]>();
  for (const group of metadata.row_groups) {
    for (const { meta_data: chunk } of group.columns) {
      const [name, ...rest] = chunk?.path_in_schema ?? [];
      if (name === undefined || rest.length > 0 || Number(group.num_rows) === 0) continue;
      const list = found.get(name) ?? [];
      found.set(name, list);
      list.push({ ...chunk?.statistics, values: Number(chunk?.num_values) });
    }
  }
  return found;
}

function columnOf(node: SchemaNode, statistics: readonly GroupStatistics[] = []): ColumnProfile {
  const { element, children } = node;
  const type = typeText(node);
  const column = {
    name: element.name.slice(0, MAX_NAME_LENGTH),
    type,
    nullable: element.repetition_type !== 'REQUIRED',
  };
  if (children.length > 0 || statistics.length === 0) return column;
  const nulls = statistics.map((one) => one.null_count);
  const isCounted = nulls.every((count) => count !== undefined);
  return {
    ...column,
    ...(isCounted && { nullCount: nulls.reduce<number>((sum, count) => sum + Number(count), 0) }),
    ...(isOrdered(node, type) && extremes(statistics, element.scale, type)),
  };
}

/** Whether the minimum that the parser gives is the exact one, in an order that people expect. */
function isOrdered({ element }: SchemaNode, type: string): boolean {
  if (type.startsWith('decimal')) return (element.precision ?? Infinity) <= EXACT_DIGITS;
  return (
    /^(?:u?int\d+|float|double|boolean|string|date|timestamp\(.s)/.test(type) && element.type !== 'INT96'
  );
}

function extremes(
  statistics: readonly GroupStatistics[],
  scale: number | undefined,
  type: string,
): Pick<ColumnProfile, 'min' | 'max'> {
  let min: Statistics['min_value'];
  let max: Statistics['max_value'];
  for (const one of statistics) {
    const low = one.min_value ?? one.min;
    const high = one.max_value ?? one.max;
    const isExact = one.is_min_value_exact !== false && one.is_max_value_exact !== false;
    if (low === undefined || high === undefined || !isExact) {
      // A group of nothing but nulls has no extremes and does not hide those of the others.
      if (low === undefined && high === undefined && Number(one.null_count) === one.values) continue;
      return {};
    }
    if (min === undefined || low < min) min = low;
    if (max === undefined || high > max) max = high;
  }
  if (min === undefined || max === undefined) return {};
  const text = (value: NonNullable<typeof min>): string => {
    if (type.startsWith('decimal')) return Number(value).toFixed(scale ?? 0);
    // A time without a zone is no instant.
    const isLocal = type.startsWith('timestamp') && !type.endsWith(',UTC)');
    return isLocal ? String(value).replace(/Z$/, '') : String(value).slice(0, MAX_VALUE_LENGTH);
  };
  return { min: text(min), max: text(max) };
}
