import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ASSET_CHANGED, AssetService } from '../../catalog/index.js';
import { Database, DatabaseUnavailableError, LOGGER, type Logger, Outbox } from '../../platform/index.js';
import { PROJECTION_LOCK } from '../log/event-log.repository.js';
import { projectionDuration } from '../metrics.js';
import type { Facts } from './facts.js';
import { FactLog, type LoggedFacts } from './fact-log.js';
import type { NamedAsset } from './identity.js';
import { DERIVED_TABLES, hashOfGraph } from './graph-hash.js';
import { joinFacts } from './merge-facts.js';
import { ProjectionRepository } from './projection.repository.js';
import { AliasWriter } from '../identity/alias-writer.js';
import type { Resolved } from '../identity/identities.js';
import { Reconciler } from '../identity/reconciler.js';

const REBUILD_BATCH = 500;

/** What a rebuild did. */
export interface Rebuilt {
  readonly events: number;
  /** Events that could not be projected; the log says why. */
  readonly failed: number;
}

/** Turns events into the graph. The graph follows from the log alone: `rebuild` gives the same again. */
@Injectable()
export class Projector implements OnApplicationBootstrap {
  constructor(
    private readonly database: Database,
    private readonly rows: ProjectionRepository,
    private readonly log: FactLog,
    private readonly aliases: AliasWriter,
    private readonly reconciler: Reconciler,
    private readonly assets: AssetService,
    private readonly outbox: Outbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Derives the graph again where this version derives it otherwise. Readers see what is there until it is done. */
  onApplicationBootstrap(): void {
    this.rebuild(true).then(
      ({ events }) => events > 0 && this.logger.info({ events }, 'lineage: the graph was derived again'),
      (error: unknown) => this.logger.error({ err: error }, 'lineage: the graph could not be derived again'),
    );
  }

  /** The rules of names, to be asked for behind what holds off rebuilds. */
  rules(isAlone: boolean): Promise<Resolved> {
    return this.aliases.rules(isAlone);
  }

  /**
   * Writes facts into the graph, in the transaction under way, which has appended to the log and so holds off rebuilds.
   * @param resolved the rules that {@link rules} gave in this transaction
   * @param isInCatalog whether the catalog is known to have an asset as it is
   * @param isAlone whether all other writers are held off too
   * @throws {NotAloneError} they have to be
   */
  async project(
    facts: Facts,
    resolved: Resolved,
    isInCatalog: (asset: NamedAsset) => boolean,
    isAlone: boolean,
  ): Promise<void> {
    const stop = projectionDuration.startTimer();
    await this.write(facts, resolved, isAlone, isInCatalog);
    stop();
  }

  /**
   * Empties the graph and replays the log, in one transaction: readers see the old graph until the new one is whole, and ingestion
   * waits. Events that failed before are tried again. What came from events that are not kept any more stays.
   * @param onlyStale only where the graph is of a version of Cairn that derived it otherwise; where only its rules of names are other
   *   ones, names alone are gone over
   */
  async rebuild(onlyStale = false): Promise<Rebuilt> {
    return this.database.run(async () => {
      await this.database.query('SELECT pg_advisory_xact_lock($1)', [PROJECTION_LOCK]);
      const [graph] = await this.database.query<{ isWhole: boolean; isStale: boolean }>(
        'SELECT forgotten_before IS NULL AS "isWhole", is_stale AS "isStale" FROM lineage_graph',
      );
      if (onlyStale && !graph!.isStale) {
        await this.reconciler.catchUp();
        return { events: 0, failed: 0 };
      }
      // What the log has forgotten only the graph knows: then it is gone over again, and not emptied.
      if (graph!.isWhole)
        for (const table of DERIVED_TABLES) await this.database.query(`DELETE FROM ${table}`);
      await this.database.query('UPDATE lineage_graph SET epoch = epoch + 1, is_stale = false');
      await this.reconciler.reconcile();
      let events = 0;
      let failed = 0;
      for (let after = '0'; ;) {
        const batch = await this.log.readBatch(after, REBUILD_BATCH);
        const last = batch.at(-1);
        if (last === undefined) return { events, failed };
        failed += await this.replay(batch);
        events += batch.length;
        after = last.seq;
      }
    });
  }

  /** A hash over the whole graph: equal graphs have equal hashes. */
  graphHash(): Promise<string> {
    return hashOfGraph(this.database);
  }

  /** @returns how many could not be projected */
  private async replay(batch: readonly LoggedFacts[]): Promise<number> {
    const errors = new Map<string, string | null>(batch.map(({ id }) => [id, null]));
    const all = () => joinFacts(batch.map(({ facts }) => facts()));
    if ((await this.attempt(async () => this.write(all(), await this.rules(true), true))) !== undefined) {
      for (const { id, facts } of batch) {
        const error = await this.attempt(async () => this.write(facts(), await this.rules(true), true));
        if (error !== undefined) errors.set(id, String(error));
      }
    }
    await this.log.setErrors(errors);
    return [...errors.values()].filter((error) => error !== null).length;
  }

  /** Does the work or nothing of it, within the transaction under way. @returns what it failed with */
  private async attempt(work: () => Promise<void>): Promise<unknown> {
    await this.database.query('SAVEPOINT attempt');
    try {
      await work();
      await this.database.query('RELEASE SAVEPOINT attempt');
      return undefined;
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) throw error;
      await this.database.query('ROLLBACK TO SAVEPOINT attempt');
      return error;
    }
  }

  private async write(
    facts: Facts,
    resolved: Resolved,
    isAlone: boolean,
    isInCatalog: (asset: NamedAsset) => boolean = () => false,
  ): Promise<void> {
    const unknown = [...facts.assets.values()].filter((asset) => !isInCatalog(asset));
    if (unknown.length > 0) await this.assets.see(unknown);
    const canonical = await this.aliases.resolve(facts, resolved, isAlone);
    const changed = await this.rows.write(facts, canonical);
    await this.outbox.append(
      [...new Set(changed.map(canonical))].map((assetId) => ({
        topic: ASSET_CHANGED,
        orderingKey: assetId,
        payload: { assetId },
      })),
    );
  }
}
