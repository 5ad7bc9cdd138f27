import { describe, expect, it } from '@jest/globals';
import { recordedEvents } from '../../../test/support/recorded-events.js';
import type { EventBody, EventDataset } from '../events/event.js';
import { factsOf } from '../projection/facts-of.js';
import type { IdOf } from '../projection/identity.js';
import { joinFacts } from '../projection/merge-facts.js';
import { aliasesAmong } from './components.js';
import { CompiledRules } from './rules/compiled-rules.js';

const idOf: IdOf = ({ identityNamespace, identityName }) => `${identityNamespace} ${identityName}`;
const RULES = new CompiledRules([]);

/** The assets that events' names of datasets stand for. */
function shownBy(events: readonly EventBody[]): Set<string> {
  const { assets, sames } = joinFacts(
    events.map((body, i) => factsOf({ id: `e${i}`, body, withheld: [] }, idOf)),
  );
  const names = [...assets.values()].filter(({ space }) => space === 'data');
  const aliases = aliasesAmong(
    names.map((asset) => ({ id: asset.id, identity: asset })),
    sames.values(),
    RULES,
    idOf,
  );
  return new Set(names.map(({ id }) => aliases.get(id)?.assetId ?? id));
}

/** An event for each dataset; a list is a name and the table that its symlinks say it to be. */
function eventsOf(
  ...datasets: readonly (readonly [string, string, string?, string?, string?])[]
): EventBody[] {
  return datasets.map(([namespace, name, inCatalog, table, type = 'TABLE']): EventBody => {
    const identifiers = inCatalog === undefined ? [] : [{ namespace: inCatalog, name: table, type }];
    const dataset: EventDataset = { namespace, name, facets: { symlinks: { identifiers } } };
    return {
      eventTime: '2026-11-23T10:00:00Z',
      job: { namespace: 'etl', name: 'j' },
      outputs: [dataset],
    };
  });
}

describe('a table of Iceberg and the path where it lies are one asset', () => {
  it("as Spark's recorded events name it", () => {
    const events = recordedEvents('spark') as EventBody[];
    const names = [...shownBy(events)].filter((name) => name.includes('customer_features'));
    expect(names.sort()).toEqual([
      'file:/srv/shop/iceberg shop.customer_features',
      'postgres://localhost:5455 shop.public.spark_customer_features',
    ]);
  });

  it.each([
    [
      "in a Hadoop catalog on S3, which a reader names by its path, and another by the table's name",
      eventsOf(
        ['s3a://lake', 'warehouse/shop/orders', 's3a://lake/warehouse', 'shop.orders'],
        ['s3://lake', '/warehouse/shop/orders/'],
        ['s3://lake/warehouse/', 'shop.orders'],
      ),
      's3://lake/warehouse shop.orders',
    ],
    [
      'in Glue',
      eventsOf(
        ['s3://lake', 'shop/orders', 'arn:aws:glue:eu-west-1:123456789012', 'table/shop/orders'],
        ['s3a://lake', 'shop/orders'],
        ['arn:aws:glue:eu-west-1:123456789012', 'table/shop/orders'],
      ),
      'arn:aws:glue:eu-west-1:123456789012 table/shop/orders',
    ],
    [
      'in a Hive metastore, whatever the case',
      eventsOf(
        ['hdfs://nn:8020', '/warehouse/shop.db/orders', 'hive://metastore:9083', 'Shop.Orders'],
        ['hdfs://nn', '/warehouse/shop.db/orders'],
        ['hive://METASTORE:9083', 'shop.orders'],
      ),
      'hive://metastore:9083 shop.orders',
    ],
    [
      'that was made again at another place',
      eventsOf(
        ['s3://lake', 'shop/orders-6f1c', 'hive://metastore:9083', 'shop.orders'],
        ['s3://lake', 'shop/orders-a03b', 'hive://metastore:9083', 'shop.orders'],
      ),
      'hive://metastore:9083 shop.orders',
    ],
    [
      'whose snapshots and branches readers name too',
      eventsOf(
        ...['orders.branch_audit', 'orders', 'orders.snapshots', 'orders.tag_v1'].map(
          (table) => ['s3://lake', 'warehouse/shop/orders', 's3://lake/warehouse', `shop.${table}`] as const,
        ),
      ),
      's3://lake/warehouse shop.orders',
    ],
    [
      'where the table is named, and its place is the symlink',
      eventsOf(
        ['hive://metastore:9083', 'shop.orders', 's3a://lake', 'shop/orders', 'LOCATION'],
        ['s3://lake', 'shop/orders'],
      ),
      'hive://metastore:9083 shop.orders',
    ],
    [
      'of a warehouse on this machine, with one slash or three',
      eventsOf(
        ['file', '/srv/iceberg/shop/orders', 'file:/srv/iceberg', 'shop.orders'],
        ['file', '/srv/iceberg/shop/orders', 'file:///srv/iceberg', 'shop.orders'],
        ['file:///srv/iceberg', 'shop.orders'],
      ),
      'file /srv/iceberg/shop.orders',
    ],
  ])('%s', (_says, events, shown) => {
    expect([...shownBy(events)]).toEqual([shown]);
    expect([...shownBy([...events].reverse())]).toEqual([shown]);
  });
});

describe('a table whose path is renamed', () => {
  const at = (hour: number, name: string, table?: string, previous?: string): EventBody => {
    const [first] = eventsOf(['file', `/wh/${name}`, table && 'hive://m', table]);
    const [output] = first!.outputs!;
    const change = previous && {
      lifecycleStateChange: 'RENAME',
      previousIdentifier: { namespace: 'file', name: `/wh/${previous}` },
    };
    const facets = { ...(output!.facets as object), lifecycleStateChange: change };
    return { ...first!, eventTime: `2026-11-23T1${hour}:00:00Z`, outputs: [{ ...output!, facets }] };
  };
  const made = at(0, 'a', 'shop.a');
  const renamed = at(1, 'b', 'shop.b', 'a');

  it.each([
    ['is shown as the table of its new path', [made, renamed, at(2, 'b')], 'hive://m:10000 shop.b'],
    ['and of the newest', [made, renamed, at(2, 'c', 'shop.c', 'b')], 'hive://m:10000 shop.c'],
    ['as the path where that is no table', [made, renamed, at(2, 'c', undefined, 'b')], 'file /wh/c'],
    [
      'as the first where it is called so again',
      [made, renamed, at(2, 'a', 'shop.a', 'b')],
      'hive://m:10000 shop.a',
    ],
  ])('%s', (_says, events, shown) => {
    expect([...shownBy(events)]).toEqual([shown]);
    expect([...shownBy([...events].reverse())]).toEqual([shown]);
  });
});
