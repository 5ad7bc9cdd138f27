import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatalogConnector, ExternalTable } from '../catalog-connector.js';
import { SourceUnavailableError } from '../errors.js';
import { diffTables, isSchemaChange } from '../table-diff.js';

/** A source that a test may change, with a connector to it. */
export interface ConnectorFixture {
  readonly connector: CatalogConnector;
  /** Makes a table `orders` with the columns `id` and `note` and two rows. @returns the end of its identity name */
  makeOrders(): Promise<string>;
  /** Gives `orders` a further column `total`. */
  addTotal(): Promise<void>;
  dropOrders(): Promise<void>;
  /** The same source at an address where nothing answers. */
  readonly nowhere: CatalogConnector;
  close(): Promise<void>;
}

/** What is true of every connector. */
export function describeCatalogConnector(name: string, open: () => Promise<ConnectorFixture>): void {
  describe(`the catalog connector ${name}`, () => {
    let source: ConnectorFixture;
    let end: string;
    const list = async (connector = source.connector): Promise<ExternalTable[]> => {
      const tables: ExternalTable[] = [];
      for await (const table of connector.tables(AbortSignal.timeout(20_000))) tables.push(table);
      return tables;
    };
    const orders = async () => (await list()).find(({ identityName }) => identityName.endsWith(end));
    beforeAll(async () => {
      source = await open();
      end = await source.makeOrders();
    }, 60_000);
    afterAll(() => source.close());

    it('names a table, its columns and how much it holds', async () => {
      const table = await orders();
      expect(table?.columns.map((column) => column.name)).toEqual(['id', 'note']);
      expect(table?.columns.every(({ type }) => type.length > 0)).toBe(true);
      expect(table?.statistics.sizeBytes).toBeGreaterThan(0);
      expect(table?.identityNamespace).toMatch(/^[a-z0-9]+:\/\/[^/]+$/);
    });

    it('says the same again while nothing changes, each table once', async () => {
      const tables = await list();
      expect(await list()).toEqual(tables);
      expect(new Set(tables.map(({ identityName }) => identityName)).size).toBe(tables.length);
    });

    it('shows a column that came, and nothing of a table that went', async () => {
      const before = await orders();
      await source.addTotal();
      const diff = diffTables(before, (await orders())!);
      expect([diff?.addedColumns, diff?.removedColumns]).toEqual([['total'], []]);
      expect(isSchemaChange(diff!)).toBe(true);
      await source.dropOrders();
      expect(await orders()).toBeUndefined();
      await source.makeOrders();
    });

    it('ends when it is told to', async () => {
      const stop = new AbortController();
      stop.abort();
      await expect(source.connector.tables(stop.signal)[Symbol.asyncIterator]().next()).rejects.toThrow(
        /abort/i,
      );
    });

    it('of a source that is away fails by name, and never gives an empty list', async () => {
      await expect(list(source.nowhere)).rejects.toThrow(SourceUnavailableError);
    });
  });
}
