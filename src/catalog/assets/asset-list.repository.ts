import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { byNamespace, isGuessed, type NamespacePart, type Plan, planToSql } from '../../policy/index.js';
import type { Asset, AssetKind } from './asset.js';
import type { AssetClass } from './asset-class.js';
import { assetColumns, policyColumns } from './asset-columns.js';

/** Which assets a list shows; absent means any. */
export interface AssetFilter {
  readonly kinds?: readonly AssetKind[];
  readonly namespace?: string;
  readonly tag?: string;
  readonly owner?: string;
}

/** Conditions for assets `a` that are not another's name. @param visible which of them the caller may see */
function conditionsOf(filter: AssetFilter, visible: Plan, parameters: unknown[]): string[] {
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = [planToSql(visible, policyColumns('a'), parameters), 'a.alias_of IS NULL'];
  if (filter.kinds) conditions.push(`a.kind = ANY(${parameter(filter.kinds)})`);
  if (filter.namespace !== undefined) {
    const at = parameter(filter.namespace);
    conditions.push(`(a.namespace = ${at} OR starts_with(a.namespace, ${at} || '/'))`);
  }
  if (filter.tag !== undefined) conditions.push(`a.tags @> ARRAY[${parameter(filter.tag)}]::text[]`);
  if (filter.owner !== undefined) conditions.push(`${parameter(filter.owner)} = ANY(a.owners)`);
  return conditions;
}

/** Whether the filter shows assets of a class. The same as {@link conditionsOf} says in SQL. */
export function isOfFilter(filter: AssetFilter, of: AssetClass): boolean {
  const { kinds, namespace, tag, owner } = filter;
  return (
    (kinds === undefined || kinds.includes(of.kind)) &&
    (namespace === undefined || of.namespace === namespace || of.namespace.startsWith(`${namespace}/`)) &&
    (tag === undefined || of.tags.includes(tag)) &&
    (owner === undefined || of.owners.includes(owner))
  );
}

/**
 * Assets that are looked at one after the other before PostgreSQL goes through all of them: where many match, those are few. It cannot know,
 * and may sort a million for a page.
 */
const NEXT = 10_000;

/** In which order a page is, and behind what it begins. */
function orderOf(
  { after, limit }: PageRequest<readonly [string, string]>,
  parameters: unknown[],
): { after: string; ordered: string; limited: string } {
  const parameter = (value: unknown) => `$${parameters.push(value)}`;
  const ordered = 'ORDER BY a.identity_name, a.id';
  const behind = after?.map(parameter).join(', ');
  return {
    after: behind === undefined ? 'TRUE' : `(a.identity_name, a.id) > (${behind}::uuid)`,
    ordered,
    limited: `${ordered} LIMIT ${parameter(limit)}`,
  };
}

/** Namespaces that are read each by itself at most. */
const MAX_APART = 32;

/** What may be seen in each of a few namespaces; undefined where it is all, none or in many. */
function apart(visible: Plan): readonly NamespacePart[] | undefined {
  const parts = byNamespace(visible);
  const count = parts?.reduce((sum, { namespaces }) => sum + namespaces.length, 0) ?? 0;
  return count > 0 && count <= MAX_APART ? parts : undefined;
}

/** Finds assets by what a caller may see and wants to see. */
@Injectable()
export class AssetListRepository {
  constructor(private readonly database: Database) {}

  /** How many of some assets there are by kind, in the order of kinds. @param idList an array of ids as text */
  async countByKind(
    idList: string,
    filter: AssetFilter,
    visible: Plan,
  ): Promise<{ kind: AssetKind; count: number }[]> {
    const parameters: unknown[] = [idList];
    return this.database.query(
      `SELECT a.kind, count(*)::int AS count FROM asset AS a
       WHERE a.id = ANY($1::uuid[]) AND ${conditionsOf(filter, visible, parameters).join(' AND ')}
       GROUP BY a.kind ORDER BY a.kind COLLATE "C"`,
      parameters,
    );
  }

  /** Ids of those that the caller may see. */
  async matching(ids: readonly string[], filter: AssetFilter, visible: Plan): Promise<string[]> {
    const parameters: unknown[] = [`{${ids.join(',')}}`];
    const rows = await this.database.query<{ id: string }>(
      `SELECT a.id FROM asset AS a
       WHERE a.id = ANY($1::uuid[]) AND ${conditionsOf(filter, visible, parameters).join(' AND ')}`,
      parameters,
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Those that are not another's name, in the order of (name, id).
   * @param visible which assets the caller may see
   * @param next how many are looked at one after the other first
   */
  async list(
    filter: AssetFilter,
    visible: Plan,
    page: PageRequest<readonly [string, string]>,
    next = NEXT,
  ): Promise<Asset[]> {
    const parts = apart(visible);
    if (parts !== undefined) return this.listApart(filter, parts, page);
    if (isGuessed(visible)) {
      const near = await this.listOf(next, filter, visible, page);
      if (near.length === page.limit) return near;
    }
    return this.listOf(undefined, filter, visible, page);
  }

  /** @param among how many assets of any kind, the next in order, are looked at; all when undefined */
  private listOf(
    among: number | undefined,
    filter: AssetFilter,
    visible: Plan,
    page: PageRequest<readonly [string, string]>,
  ): Promise<Asset[]> {
    const parameters: unknown[] = [];
    const { after, ordered, limited } = orderOf(page, parameters);
    const conditions = conditionsOf(filter, visible, parameters);
    const [from, where] =
      among === undefined
        ? ['asset', [...conditions, after]]
        : [
            `(SELECT * FROM asset AS a WHERE a.alias_of IS NULL AND ${after} ${ordered} LIMIT ${among})`,
            conditions,
          ];
    return this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM ${from} AS a WHERE ${where.join(' AND ')} ${limited}`,
      parameters,
    );
  }

  /** By names alone one would go through all that stands elsewhere before them. */
  private listApart(
    filter: AssetFilter,
    parts: readonly NamespacePart[],
    page: PageRequest<readonly [string, string]>,
  ): Promise<Asset[]> {
    const parameters: unknown[] = [];
    const { after, limited } = orderOf(page, parameters);
    const firsts = parts.map(({ namespaces, plan }) => {
      const names = `$${parameters.push(namespaces)}`;
      const where = [...conditionsOf(filter, plan, parameters), after].join(' AND ');
      return `SELECT a.* FROM unnest(${names}::text[]) AS n (namespace)
       CROSS JOIN LATERAL (SELECT * FROM asset AS a WHERE a.namespace = n.namespace AND ${where} ${limited}) AS a`;
    });
    return this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM (${firsts.join(' UNION ALL ')}) AS a ${limited}`,
      parameters,
    );
  }
}
