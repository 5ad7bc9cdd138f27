import { AGGREGATES, COLUMNS_OF_FUNCTIONS, FUNCTIONS } from './generated/functions.js';

const AGGREGATE: ReadonlySet<string> = new Set(words(AGGREGATES));
const KNOWN: ReadonlySet<string> = new Set([...words(AGGREGATES), ...words(FUNCTIONS)]);
const COLUMNS: ReadonlyMap<string, readonly string[]> = new Map(
  COLUMNS_OF_FUNCTIONS.trim()
    .split('\n')
    .map((line) => line.split(' '))
    .map(([name, ...columns]) => [name!, columns]),
);

/** Functions that run a statement, or read a table or server, that their arguments name. */
const DYNAMIC =
  /^(?:dblink|ts_rewrite$|get_raw_page$|pg_get_wal_(?:block|record)|query_to_xml|cursor_to_xml|table_to_xml|schema_to_xml|database_to_xml|ts_stat$|crosstab|connectby$|xpath_table$|pg_read_|pg_ls_|pg_logical_slot_|lo_import$|lo_export$|postgres_fdw_|verify_heapam$|bt_index_)/;

const HASHES =
  /^(?:md5|sha(?:224|256|384|512)|digest|hmac|crypt|hashtext(?:extended)?|hash\w*extended|uuid_generate_v[35])$/;

/** What is known of a function of the engine. */
export interface PostgresFunction {
  readonly isAggregate: boolean;
  readonly isMasking: boolean;
  /** It does what its arguments say. */
  readonly isDynamic: boolean;
  /** Names of its columns in FROM, where it has several or its own; undefined for one that is named as the function is. */
  readonly columns: readonly string[] | undefined;
}

/** @param name with its schema, if it has one: `['pg_catalog', 'lower']` @returns undefined for one that somebody has written */
export function postgresFunction(name: readonly string[]): PostgresFunction | undefined {
  const last = name.at(-1)!;
  const isOfEngine = name.length === 1 || name[0] === 'pg_catalog' || name[0] === 'public';
  if (!isOfEngine || !KNOWN.has(last)) return undefined;
  return {
    isAggregate: AGGREGATE.has(last),
    isMasking: HASHES.test(last),
    isDynamic: DYNAMIC.test(last),
    columns: COLUMNS.get(last),
  };
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
