import type { Query, TableName } from './query.js';
import type { Statement } from './statement.js';

/** Every table that a statement or query names, named queries among them. */
export function tableNamesIn(statement: Statement | Query): TableName[] {
  const names: TableName[] = [];
  const waiting: unknown[] = [statement];
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (isTableName(value)) names.push(value);
    else waiting.push(...Object.values(value));
  }
  return names;
}

/** Column references have a kind, names of tables have none. */
function isTableName(value: object): value is TableName {
  return 'parts' in value && !('kind' in value);
}
