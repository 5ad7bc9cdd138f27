import { Injectable } from '@nestjs/common';
import { type Asset, assetColumns, type AssetSpace, policyColumns } from '../../../catalog/index.js';
import { Database } from '../../../platform/index.js';
import { planToSql, UNCLASSIFIED, type VisibilityPlan } from '../../../policy/index.js';
import type { Slice } from '../http/inputs.js';
import type { NamespaceRow } from './namespace-shape.js';

/** Which assets a search finds. */
export interface NameSearch {
  /** A pattern of LIKE. */
  readonly pattern: string;
  readonly space: AssetSpace | undefined;
  readonly namespace: string | undefined;
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly isByTime: boolean;
  readonly limit: number;
}

/** Names of the catalog by OpenLineage namespace; every query takes which assets the caller may know of. */
@Injectable()
export class NameRepository {
  constructor(private readonly database: Database) {}

  /** Namespaces of such assets by name. @param name one namespace; all when absent */
  namespaces(
    visible: VisibilityPlan,
    space: AssetSpace | undefined,
    name: string | undefined,
    { limit, offset }: Slice,
  ): Promise<NamespaceRow[]> {
    const parameters: unknown[] = [space ?? null, name ?? null, limit, offset];
    return this.database.query(
      `SELECT a.identity_namespace AS name, min(a.created_at) AS "createdAt", max(a.updated_at) AS "updatedAt" FROM asset AS a
       WHERE a.alias_of IS NULL AND ($1::text IS NULL OR a.space = $1) AND ($2::text IS NULL OR a.identity_namespace = $2)
         AND ${planToSql(visible.plan, policyColumns('a'), parameters)}
       GROUP BY 1 ORDER BY 1 LIMIT $3 OFFSET $4`,
      parameters,
    );
  }

  /** Data or jobs of a namespace by name, and how many there are. */
  async list(
    visible: VisibilityPlan,
    space: AssetSpace,
    namespace: string,
    { limit, offset }: Slice,
  ): Promise<{ assets: Asset[]; total: number }> {
    const parameters: unknown[] = [space, namespace];
    const from = `FROM asset AS a WHERE a.alias_of IS NULL AND a.space = $1 AND a.identity_namespace = $2
      AND ${planToSql(visible.plan, policyColumns('a'), parameters)}`;
    const [row] = await this.database.query<{ total: number }>(
      `SELECT count(*)::int AS total ${from}`,
      parameters,
    );
    const assets = await this.database.query<Asset>(
      `SELECT ${assetColumns('a')} ${from} ORDER BY a.identity_name
       LIMIT $${parameters.length + 1} OFFSET $${parameters.length + 2}`,
      [...parameters, limit, offset],
    );
    return { assets, total: row!.total };
  }

  /** Classifications of assets by name. */
  async tags(visible: VisibilityPlan, { limit, offset }: Slice): Promise<string[]> {
    const parameters: unknown[] = [UNCLASSIFIED, limit, offset];
    const rows = await this.database.query<{ tag: string }>(
      `SELECT DISTINCT t.tag FROM asset AS a CROSS JOIN unnest(a.tags) AS t (tag)
       WHERE a.alias_of IS NULL AND t.tag <> $1 AND ${planToSql(visible.plan, policyColumns('a'), parameters)}
       ORDER BY 1 LIMIT $2 OFFSET $3`,
      parameters,
    );
    return rows.map(({ tag }) => tag);
  }

  /** Assets whose name has the pattern somewhere in it. */
  search(visible: VisibilityPlan, search: NameSearch): Promise<Asset[]> {
    const { pattern, space, namespace, after, before, isByTime, limit } = search;
    const parameters: unknown[] = [pattern, space, namespace, after, before].map((value) => value ?? null);
    parameters.push(limit);
    return this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM asset AS a
       WHERE a.alias_of IS NULL AND a.identity_name ILIKE '%' || $1 || '%' AND ($2::text IS NULL OR a.space = $2)
         AND ($3::text IS NULL OR a.identity_namespace = $3)
         AND ($4::timestamptz IS NULL OR a.updated_at > $4) AND ($5::timestamptz IS NULL OR a.updated_at < $5)
         AND ${planToSql(visible.plan, policyColumns('a'), parameters)}
       ORDER BY ${isByTime ? 'a.updated_at DESC, ' : ''}a.identity_name, a.id LIMIT $6`,
      parameters,
    );
  }
}
