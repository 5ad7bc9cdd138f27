import { Inject, Injectable } from '@nestjs/common';
import { assetIdOf } from '../../catalog/index.js';
import { CAIRN_ITSELF, PrincipalService } from '../../identity/index.js';
import { IngestionService } from '../../lineage/index.js';
import {
  assertOutsideTransaction,
  CONFIG,
  type Config,
  Database,
  type Lease,
  Leases,
  Outbox,
} from '../../platform/index.js';
import type { ExternalTable } from './catalog-connector.js';
import type { Connection } from './connection.js';
import { ConnectionRepository } from './connection.repository.js';
import { catalogChanges } from './metrics.js';
import { openConnector } from './open-connector.js';
import { diffTables, removalOf, type TableDiff } from './table-diff.js';
import { eventOfTable } from './table-event.js';
import { TableRepository } from './table.repository.js';

/** Outbox topic: an event of a source's table. Payload: `{ subject, event }`. Ordered per table. */
const CATALOG_CHANGED = 'catalogs.changed';
const REMOVALS_AT_ONCE = 500;
const CHANGES_DAYS = 365;

/** One look at a source: what it has is compared with what is known, and every difference is kept and told to lineage. */
@Injectable()
export class CatalogScan {
  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly outbox: Outbox,
    private readonly connections: ConnectionRepository,
    private readonly tables: TableRepository,
    private readonly principals: PrincipalService,
    private readonly ingestion: IngestionService,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    outbox.handle(CATALOG_CHANGED, ({ payload }) =>
      this.tell(payload['subject'] as string, payload['event']),
    );
  }

  /**
   * A table's row, its change and its event are written in one transaction. What is not there any more is told of only after the
   * source was seen whole.
   * @throws {SourceUnavailableError} @throws {CredentialsMissingError} @throws {LeaseLostError}
   */
  async run(lease: Lease, connection: Connection, signal: AbortSignal): Promise<void> {
    const scan = await this.connections.begin(connection.name);
    if (scan === undefined) return;
    const connector = await openConnector(connection, this.config.CAIRN_CREDENTIALS_DIR);
    try {
      for await (const table of connector.tables(signal)) {
        signal.throwIfAborted();
        await this.take(lease, connection, scan, table);
      }
    } finally {
      await connector.close();
    }
    await this.removeUnseen(lease, connection, scan);
    await this.tables.forgetChanges(CHANGES_DAYS);
    await this.connections.succeeded(connection.name);
  }

  private async take(
    lease: Lease,
    connection: Connection,
    scan: number,
    table: ExternalTable,
  ): Promise<void> {
    await this.database.run(async () => {
      await this.leases.assertHeld(lease);
      if (table.isUnread) return this.tables.touch(connection.name, scan, table);
      const before = await this.tables.find(connection.name, table);
      const diff = diffTables(before?.removedAt === null ? before : undefined, table);
      await this.tables.put(connection.name, scan, idOf(table), table, diff !== undefined);
      if (diff) await this.keep(connection, table, diff);
    });
  }

  private async removeUnseen(lease: Lease, connection: Connection, scan: number): Promise<void> {
    for (;;) {
      const unseen = await this.tables.unseen(connection.name, scan, REMOVALS_AT_ONCE);
      for (const table of unseen) {
        await this.database.run(async () => {
          await this.leases.assertHeld(lease);
          await this.tables.remove(table);
          await this.keep(connection, table, removalOf(table));
        });
      }
      if (unseen.length < REMOVALS_AT_ONCE) return;
    }
  }

  private async keep({ name, subject }: Connection, table: ExternalTable, diff: TableDiff): Promise<void> {
    await this.tables.addChange(name, idOf(table), diff);
    const event = eventOfTable(name, table, diff, new Date());
    const orderingKey = `${table.identityNamespace} ${table.identityName}`;
    await this.outbox.append([{ topic: CATALOG_CHANGED, orderingKey, payload: { subject, event } }]);
    this.database.afterCommit(() => catalogChanges.inc({ type: diff.type }));
  }

  /** As the principal is now, so that disabling it ends the telling. */
  private async tell(subject: string, event: unknown): Promise<void> {
    assertOutsideTransaction('telling lineage of a source');
    const principal = await this.principals.bySubject(CAIRN_ITSELF, subject);
    if (principal.disabledAt === null) await this.ingestion.ingest(principal, event);
  }
}

function idOf({ identityNamespace, identityName }: ExternalTable): string {
  return assetIdOf({ space: 'data', identityNamespace, identityName });
}
