import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Database, prepared } from '../../platform/index.js';
import { canonicalJson } from '../events/canonical-json.js';
import { type EdgeFact, type FacetFact, type Facts, RUN_STATES, type StatementValue } from './facts.js';
import { edgeOf } from './merge-facts.js';
import { StatementRepository } from './statement.repository.js';
import {
  CUT_BY_DROPS,
  INSERT_DROPS,
  INSERT_FACET_VALUES,
  SELECT_DROPPED,
  UPSERT_EDGES,
  UPSERT_RUN_DATASETS,
  UPSERT_RUNS,
  UPSERT_VERSIONS,
  upsertFacets,
} from './upserts.js';
import { uuidOf } from './value-ids.js';

/** Facets whose change is shown by search: names of columns and what people wrote. */
const SEARCHED_FACETS = ['schema', 'documentation'];

const MAX_KNOWN_VALUES = 50_000;

/** Upserts by table: what they are given, and how rows meet those that are there. `given` stands for the rows, as JSON. */
interface Upsert {
  readonly name: string;
  readonly rows: readonly object[];
  readonly sql: (given: string) => string;
}

/**
 * Writes facts by set-based upserts that follow the rules of `mergeFacts`, all in one statement: its cost is mostly the way to the
 * database and back. Rows are taken in the order of their keys, so that concurrent writers do not lock each other out.
 */
@Injectable()
export class ProjectionRepository {
  /** Facet values that are known to be stored; they are never deleted while the service runs. */
  private readonly knownValues = new LRUCache<string, true>({ max: MAX_KNOWN_VALUES });

  constructor(
    private readonly database: Database,
    private readonly statements: StatementRepository,
  ) {}

  /**
   * Writes facts in the transaction under way. What is said stays under the names that say it; edges, columns and pairs are of assets.
   * @param canonical the asset that each name in the facts stands for
   * @returns ids of the assets whose entry in the search index changes by it
   */
  async write(facts: Facts, canonical: (rawId: string) => string): Promise<string[]> {
    const edges = edgesOfAssets(facts, canonical);
    const { facets, values } = this.facetRows([...facts.facets.values()]);
    const valueIds = this.statementValues(facts, values);
    const parameters: unknown[] = [];
    const given = (rows: readonly object[]) => `$${parameters.push(JSON.stringify(rows))}::jsonb`;
    const upserts: Upsert[] = [
      { name: 'edges', rows: edges, sql: UPSERT_EDGES },
      { name: 'drops', rows: dropRows(facts, canonical), sql: INSERT_DROPS },
      { name: 'runs', rows: runRows(facts, canonical), sql: UPSERT_RUNS },
      { name: 'run_datasets', rows: [...facts.runDatasets.values()], sql: UPSERT_RUN_DATASETS },
      { name: 'versions', rows: [...facts.versions.values()], sql: UPSERT_VERSIONS },
    ];
    const ctes = upserts
      .filter(({ rows }) => rows.length > 0)
      .map(({ name, rows, sql }) => `${name} AS (${sql(given(rows))})`);
    if (values.size > 0) {
      const json = [...values].map(([id, value]) => `{"id":"${id}","value":${value}}`);
      ctes.push(
        `facet_values AS (${INSERT_FACET_VALUES(`$${parameters.push(`[${json.join(',')}]`)}::jsonb`)})`,
      );
    }
    if (facets.length > 0) ctes.push(upsertFacets(given(facets), `$${parameters.push(SEARCHED_FACETS)}`));
    if (ctes.length === 0) return [];
    // Nobody else writes a drop meanwhile, so this may be asked before the edges are there.
    const named = [...new Set(edges.flatMap(({ sourceId, targetId }) => [sourceId, targetId]))];
    ctes.push(`dropped AS (${SELECT_DROPPED(`$${parameters.push(named)}::uuid[]`)})`);
    const changed = facets.length > 0 ? ' UNION ALL SELECT id, false FROM changed' : '';
    const [rows] = await Promise.all([
      this.database.query<{ id: string; isDropped: boolean }>(
        prepared(`WITH ${ctes.join(',\n')} SELECT id, true AS "isDropped" FROM dropped${changed}`),
        parameters,
      ),
      this.statements.write([...facts.statements.values()], (value) => valueIds.get(value)!, canonical),
    ]);
    const idsOf = (wanted: boolean) =>
      rows.flatMap(({ id, isDropped }) => (isDropped === wanted ? [id] : []));
    const droppedNow = [...facts.drops.values()].map(({ assetId }) => canonical(assetId));
    const dropped = [...new Set([...droppedNow, ...idsOf(true)])];
    if (dropped.length > 0) await this.database.query(CUT_BY_DROPS, [dropped]);
    this.database.afterCommit(() => [...values.keys()].forEach((id) => this.knownValues.set(id, true)));
    return idsOf(false);
  }

  /** What statements say is kept once, as facets are. @param values gets those that may not be stored yet @returns ids by value */
  private statementValues(facts: Facts, values: Map<string, string>): Map<StatementValue, string> {
    return new Map(
      [...facts.statements.values()].map(({ value }) => {
        const json = canonicalJson(value);
        const id = uuidOf(json);
        if (this.knownValues.get(id) === undefined) values.set(id, json);
        return [value, id];
      }),
    );
  }

  /** The same facet is sent again and again: its value is stored once, under its hash. */
  private facetRows(facets: readonly FacetFact[]): { facets: object[]; values: Map<string, string> } {
    const values = new Map<string, string>();
    const rows = facets.map(({ value, ...facet }) => {
      if (value === null) return { ...facet, valueId: null };
      const json = canonicalJson(value);
      const valueId = uuidOf(json);
      if (this.knownValues.get(valueId) === undefined) values.set(valueId, json);
      return { ...facet, valueId };
    });
    return { facets: rows, values };
  }
}

function runRows({ runs }: Facts, canonical: (rawId: string) => string): object[] {
  return [...runs.values()].map((run) => ({
    ...run,
    state: RUN_STATES.indexOf(run.state),
    ofJobId: canonical(run.jobId),
  }));
}

function dropRows({ drops }: Facts, canonical: (rawId: string) => string): object[] {
  return [...drops.values()].map((drop) => ({ ...drop, ofAssetId: canonical(drop.assetId) }));
}

/** Names of one asset make one edge. */
function edgesOfAssets({ edges }: Facts, canonical: (rawId: string) => string): EdgeFact[] {
  const joined = new Map<string, EdgeFact>();
  for (const edge of edges.values()) {
    const ofAssets = { ...edge, sourceId: canonical(edge.sourceId), targetId: canonical(edge.targetId) };
    const key = `${ofAssets.sourceId} ${ofAssets.targetId}`;
    const known = joined.get(key);
    joined.set(key, known === undefined ? ofAssets : edgeOf(known, ofAssets));
  }
  return [...joined.values()];
}
