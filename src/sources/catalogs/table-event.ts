import { type DatasetEvent, datasetEvent } from '@cairn/openlineage-client';
import type { ExternalTable } from './catalog-connector.js';
import { isSchemaChange, type TableDiff } from './table-diff.js';

/** Who makes the events of this room. */
export const PRODUCER = 'urn:cairn:catalogs';

/**
 * What lineage is told of a change in a source.
 * @param connection the connection's name, as the data source's
 */
export function eventOfTable(
  connection: string,
  table: ExternalTable,
  diff: TableDiff,
  eventTime: Date,
): DatasetEvent {
  const { identityNamespace, identityName, columns, description, contentVersion } = table;
  const change = changeOf(diff);
  return datasetEvent({
    ...{ producer: PRODUCER, eventTime },
    dataset: {
      ...{ namespace: identityNamespace, name: identityName },
      facets: {
        schema: {
          fields: columns.map(({ name, type, description: text }) => ({ name, type, description: text })),
        },
        dataSource: { name: connection, uri: identityNamespace },
        documentation: description === undefined ? undefined : { description },
        version: contentVersion === undefined ? undefined : { datasetVersion: contentVersion },
        lifecycleStateChange: change === undefined ? undefined : { lifecycleStateChange: change },
      },
    },
  });
}

function changeOf(diff: TableDiff): 'CREATE' | 'ALTER' | 'DROP' | undefined {
  if (diff.type === 'added') return 'CREATE';
  if (diff.type === 'removed') return 'DROP';
  return isSchemaChange(diff) ? 'ALTER' : undefined;
}
