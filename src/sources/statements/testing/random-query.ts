import type { IndirectSubtype } from '../model/expression.js';
import { Sources } from '../lineage/sources.js';

/** Tables of the drawn queries; all columns are integers, so that every expression has a type. */
export const TABLES: Readonly<Record<string, readonly string[]>> = {
  customers: ['id', 'region', 'score', 'parent'],
  orders: ['id', 'customer', 'amount', 'state', 'region'],
  payments: ['id', 'orderno', 'paid', 'method'],
  regions: ['region', 'country', 'tax'],
};

/** A drawn query and the lineage that it was drawn with. */
export interface DrawnQuery {
  readonly sql: string;
  readonly columns: readonly DrawnColumn[];
  readonly influence: Sources;
}

interface DrawnColumn {
  readonly name: string;
  readonly sources: Sources;
}

interface DrawnRelation {
  readonly alias: string;
  readonly columns: readonly DrawnColumn[];
}

interface Drawn {
  readonly sql: string;
  readonly sources: Sources;
}

const NONE = Sources.NONE;

/**
 * Draws queries of the SQL that PostgreSQL and Trino share, each with its lineage as it is put together. The same seed draws the same
 * query; `names` only changes what relations are called.
 * @param tablePrefix of dataset names, e.g. `db.public.`
 * @param unary the function that is called where one is
 */
export class QueryDrawer {
  private state: number;
  private aliases = 0;

  constructor(
    seed: number,
    private readonly tablePrefix: string,
    private readonly names = 'r',
    private readonly unary = 'abs',
  ) {
    this.state = seed >>> 0;
  }

  draw(): DrawnQuery {
    return this.query(3, [], []);
  }

  /** mulberry32 */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  private chance(share: number): boolean {
    return this.random() < share;
  }

  private below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  private oneOf<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  private alias(): string {
    return `${this.names}${++this.aliases}`;
  }

  private query(depth: number, outer: readonly DrawnRelation[], ctes: readonly DrawnCte[]): DrawnQuery {
    const own: DrawnCte[] = [];
    const heads: string[] = [];
    while (depth > 1 && own.length < 2 && this.chance(0.35)) {
      const drawn = this.query(depth - 1, [], visible(ctes, own));
      // Some named queries hide a table.
      const name = this.chance(0.2) ? this.oneOf(Object.keys(TABLES)) : this.alias();
      if (own.some((cte) => cte.name === name)) break;
      const renamed = this.chance(0.4) ? drawn.columns.map((_, i) => `k${i}`) : undefined;
      heads.push(`${name}${renamed ? ` (${renamed.join(', ')})` : ''} AS (${drawn.sql})`);
      const columns = drawn.columns.map((column, i) => ({ ...column, name: renamed?.[i] ?? column.name }));
      own.push({ name, columns, influence: drawn.influence });
    }
    const named = visible(ctes, own);
    const body =
      depth > 1 && this.chance(0.2)
        ? this.setOperation(depth, outer, named)
        : this.select(depth, outer, named);
    return { ...body, sql: heads.length === 0 ? body.sql : `WITH ${heads.join(', ')} ${body.sql}` };
  }

  private setOperation(
    depth: number,
    outer: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
  ): DrawnQuery {
    const width = 1 + this.below(3);
    const operation = this.oneOf(['UNION ALL', 'UNION', 'INTERSECT', 'EXCEPT']);
    const branches = Array.from({ length: 2 + this.below(2) }, () =>
      this.select(depth - 1, outer, ctes, width),
    );
    const [first, ...others] = branches;
    const isExcept = operation === 'EXCEPT';
    const columns = first!.columns.map(({ name, sources }, i) => ({
      name,
      sources: isExcept
        ? sources
        : Sources.union([sources, ...others.map((other) => other.columns[i]!.sources)]),
    }));
    const compared = isExcept
      ? others.flatMap((other) => other.columns.map(({ sources }) => sources.asInfluence('FILTER')))
      : [];
    return {
      sql: branches.map(({ sql }) => `(${sql})`).join(` ${operation} `),
      columns,
      influence: Sources.union([...branches.map(({ influence }) => influence), ...compared]),
    };
  }

  private select(
    depth: number,
    outer: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
    width = 1 + this.below(4),
  ): DrawnQuery {
    const from = this.from(depth, outer, ctes);
    const scope = [...from.relations, ...outer];
    const influence = [from.influence];
    const where = this.chance(0.5) ? this.condition(depth, from.relations, scope, ctes) : undefined;
    if (where) influence.push(where.sources.asInfluence('FILTER'));
    const isGrouped = this.chance(0.3);
    const keys = isGrouped ? this.someOf(this.references(from.relations), 1 + this.below(2)) : [];
    for (const key of keys) influence.push(key.sources.asInfluence('GROUP_BY'));
    const columns: DrawnColumn[] = [];
    const items: string[] = [];
    while (columns.length < width) {
      const value = isGrouped
        ? this.chance(0.5) && keys.length > 0
          ? this.oneOf(keys)
          : this.aggregate(from.relations)
        : this.expression(depth, scope, from.relations, ctes);
      const name = `c${columns.length}${this.below(3)}`;
      if (columns.some((column) => column.name === name)) continue;
      columns.push({ name, sources: value.sources });
      items.push(`${value.sql} AS ${name}`);
    }
    const parts = [`SELECT ${items.join(', ')} FROM ${from.sql}`];
    if (where) parts.push(`WHERE ${where.sql}`);
    if (keys.length > 0) parts.push(`GROUP BY ${keys.map(({ sql }) => sql).join(', ')}`);
    if (isGrouped && this.chance(0.4)) {
      const having = this.aggregate(from.relations);
      influence.push(having.sources.asInfluence('FILTER'));
      parts.push(`HAVING ${having.sql} > 3`);
    }
    return { sql: parts.join(' '), columns, influence: Sources.union(influence) };
  }

  private someOf<T>(list: readonly T[], count: number): T[] {
    return Array.from({ length: count }, () => this.oneOf(list));
  }

  private from(
    depth: number,
    outer: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
  ): { sql: string; relations: DrawnRelation[]; influence: Sources } {
    const first = this.relation(depth, [], outer, ctes);
    const relations = [first.relation];
    const influence = [first.influence];
    let sql = first.sql;
    for (let more = this.below(3); more > 0; more--) {
      const next = this.relation(depth, relations, outer, ctes);
      influence.push(next.influence);
      const kind = this.below(3);
      relations.push(next.relation);
      if (kind === 0) sql += ` CROSS JOIN ${next.sql}`;
      else {
        const on = this.comparison(this.references(relations));
        influence.push(on.sources.asInfluence('JOIN'));
        sql += ` ${this.oneOf(next.isLateral ? ['JOIN', 'LEFT JOIN'] : ['JOIN', 'LEFT JOIN', 'RIGHT JOIN'])} ${next.sql} ON ${on.sql}`;
      }
    }
    return { sql, relations, influence: Sources.union(influence) };
  }

  private relation(
    depth: number,
    before: readonly DrawnRelation[],
    outer: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
  ): { sql: string; relation: DrawnRelation; influence: Sources; isLateral: boolean } {
    const alias = this.alias();
    const kind = this.random();
    if (depth > 1 && kind < 0.3) {
      const isLateral = before.length > 0 && this.chance(0.4);
      const drawn = this.query(depth - 1, isLateral ? [...before] : [], ctes);
      const names = this.chance(0.3) ? drawn.columns.map((_, i) => `n${i}`) : undefined;
      const list = names ? ` (${names.join(', ')})` : '';
      const columns = drawn.columns.map((column, i) => ({ ...column, name: names?.[i] ?? column.name }));
      const sql = `${isLateral ? 'LATERAL ' : ''}(${drawn.sql}) AS ${alias}${list}`;
      return { sql, relation: { alias, columns }, influence: drawn.influence, isLateral };
    }
    if (ctes.length > 0 && kind < 0.6) {
      const { name, columns, influence } = this.oneOf(ctes);
      return { sql: `${name} AS ${alias}`, relation: { alias, columns }, influence, isLateral: false };
    }
    const table = this.oneOf(Object.keys(TABLES).filter((name) => !ctes.some((cte) => cte.name === name)));
    const qualified = `${this.tablePrefix}${table}`;
    const columns = TABLES[table]!.map((name) => ({ name, sources: Sources.column(qualified, name) }));
    const isBare = !before.some((relation) => relation.alias === table) && this.chance(0.2);
    const named = isBare && !outer.some((relation) => relation.alias === table) ? table : alias;
    const sql = named === table ? table : `${table} AS ${alias}`;
    return { sql, relation: { alias: named, columns }, influence: NONE, isLateral: false };
  }

  /** All columns in scope, some without a qualifier where the name is the only one of all. */
  private references(relations: readonly DrawnRelation[]): Drawn[] {
    const all = relations.flatMap(({ alias, columns }) => columns.map((column) => ({ alias, column })));
    return all.map(({ alias, column: { name, sources } }) => {
      const isOnly = all.filter((other) => other.column.name === name).length === 1;
      return { sql: isOnly && this.chance(0.5) ? name : `${alias}.${name}`, sources };
    });
  }

  private qualified(relations: readonly DrawnRelation[]): Drawn[] {
    return relations.flatMap(({ alias, columns }) =>
      columns.map(({ name, sources }) => ({ sql: `${alias}.${name}`, sources })),
    );
  }

  private comparison(references: readonly Drawn[]): Drawn {
    const [left, right] = [this.oneOf(references), this.oneOf(references)];
    return {
      sql: `${left.sql} ${this.oneOf(['=', '<', '<>'])} ${right.sql}`,
      sources: Sources.union([left.sources, right.sources]),
    };
  }

  private condition(
    depth: number,
    own: readonly DrawnRelation[],
    scope: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
  ): Drawn {
    const kind = depth > 1 ? this.below(4) : 0;
    if (kind === 1) {
      const inner = this.select(1, scope, ctes, 1);
      return { sql: `EXISTS (${inner.sql})`, sources: inner.influence };
    }
    if (kind === 2) {
      const inner = this.select(1, scope, ctes, 1);
      const left = this.oneOf(this.references(own));
      return {
        sql: `${left.sql} IN (${inner.sql})`,
        sources: Sources.union([left.sources, inner.columns[0]!.sources, inner.influence]),
      };
    }
    return this.comparison([...this.references(own), ...this.qualified(scope)]);
  }

  private aggregate(relations: readonly DrawnRelation[]): Drawn {
    const value = this.oneOf(this.references(relations));
    const name = this.oneOf(['sum', 'max', 'count', 'min']);
    const sources = value.sources.through('AGGREGATION', false);
    if (!this.chance(0.25)) return { sql: `${name}(${value.sql})`, sources };
    const filter = this.comparison(this.references(relations));
    return {
      sql: `${name}(${value.sql}) FILTER (WHERE ${filter.sql})`,
      sources: Sources.union([sources, filter.sources.asInfluence('CONDITIONAL')]),
    };
  }

  private expression(
    depth: number,
    scope: readonly DrawnRelation[],
    own: readonly DrawnRelation[],
    ctes: readonly DrawnCte[],
  ): Drawn {
    const leaf = () => this.oneOf(this.chance(0.9) ? this.references(own) : this.qualified(scope));
    const over = (parts: readonly Drawn[], subtype: 'TRANSFORMATION' | 'AGGREGATION') =>
      Sources.union(parts.map(({ sources }) => sources.through(subtype, false)));
    const influenced = (part: Drawn, subtype: IndirectSubtype) => part.sources.asInfluence(subtype);
    switch (this.below(depth > 1 ? 8 : 7)) {
      case 0: {
        const parts = [leaf(), leaf()];
        return { sql: `${parts[0]!.sql} + ${parts[1]!.sql} * 2`, sources: over(parts, 'TRANSFORMATION') };
      }
      case 1: {
        const value = leaf();
        return { sql: `${this.unary}(${value.sql})`, sources: over([value], 'TRANSFORMATION') };
      }
      case 2: {
        const [when, result, otherwise] = [this.comparison(this.references(own)), leaf(), leaf()];
        return {
          sql: `CASE WHEN ${when.sql} THEN ${result.sql} ELSE ${otherwise.sql} END`,
          sources: Sources.union([
            over([result, otherwise], 'TRANSFORMATION'),
            influenced(when, 'CONDITIONAL'),
          ]),
        };
      }
      case 3: {
        const [value, partition, order] = [leaf(), leaf(), leaf()];
        return {
          sql: `sum(${value.sql}) OVER (PARTITION BY ${partition.sql} ORDER BY ${order.sql})`,
          sources: Sources.union([
            over([value], 'AGGREGATION'),
            influenced(partition, 'WINDOW'),
            influenced(order, 'WINDOW'),
          ]),
        };
      }
      case 4: {
        const parts = [leaf(), leaf()];
        return {
          sql: `coalesce(${parts.map(({ sql }) => sql).join(', ')}, 0)`,
          sources: over(parts, 'TRANSFORMATION'),
        };
      }
      case 7: {
        const inner = this.select(1, scope, ctes, 1);
        return {
          sql: `(SELECT max(${inner.columns[0]!.name}) FROM (${inner.sql}) AS ${this.alias()})`,
          sources: Sources.union([inner.columns[0]!.sources.through('AGGREGATION', false), inner.influence]),
        };
      }
      default:
        return leaf();
    }
  }
}

interface DrawnCte {
  readonly name: string;
  readonly columns: readonly DrawnColumn[];
  readonly influence: Sources;
}

/** The named queries that can be spoken of: an inner one hides an outer one of its name. */
function visible(outer: readonly DrawnCte[], own: readonly DrawnCte[]): DrawnCte[] {
  return [...outer.filter((cte) => !own.some(({ name }) => name === cte.name)), ...own];
}
