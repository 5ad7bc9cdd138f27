import { Injectable } from '@nestjs/common';
import { assetIdOf, AssetService } from '../../catalog/index.js';
import type { Principal } from '../../identity/index.js';
import { AssetLineageService } from '../../lineage/index.js';
import type { Dialect } from './analysis.js';
import { Script, type Schemas } from './lineage/script.js';
import type { DefinedColumn } from './model/statement.js';
import { postgresNaming } from './postgres/front-end.js';
import type { AnalysisRequest } from './request.js';
import { PRODUCER } from './statement-event.js';
import { trinoNaming } from './trino/front-end.js';

/** Tables of one text whose columns are looked up. */
const MAX_TABLES = 2_000;

/** Columns of tables: as a request tells them, else as they stand in the catalog now, as far as the caller may see it. */
@Injectable()
export class KnownSchemas {
  constructor(
    private readonly assets: AssetService,
    private readonly lineage: AssetLineageService,
  ) {}

  /** @param tables names of datasets of the request's source */
  async of(caller: Principal, request: AnalysisRequest, tables: readonly string[]): Promise<Schemas> {
    const given = givenSchemas(request);
    const asked = tables.filter((table) => !given.has(table)).slice(0, MAX_TABLES);
    const found =
      request.source === undefined
        ? new Map()
        : await this.lookUp(caller, request.source, request.dialect, asked);
    return (table) => given.get(table) ?? found.get(table);
  }

  private async lookUp(
    caller: Principal,
    identityNamespace: string,
    dialect: Dialect,
    tables: readonly string[],
  ): Promise<Map<string, readonly DefinedColumn[]>> {
    if (tables.length === 0) return new Map();
    const ids = new Map(
      tables.map((identityName) => [
        identityName,
        assetIdOf({ space: 'data', identityNamespace, identityName }),
      ]),
    );
    const visible = await this.assets.getVisible(caller, [...ids.values()]);
    const assetOf = (id: string) => visible.get(id)?.aliasOf ?? id;
    const schemas = await this.lineage.schemas([...new Set([...visible.keys()].map(assetOf))]);
    const found = new Map<string, readonly DefinedColumn[]>();
    for (const [table, id] of ids) {
      const schema = schemas.get(assetOf(id));
      // Engines list the columns that a query read, without types, in the place of a schema.
      const isWhole = schema?.producer === PRODUCER || schema?.columns.some(({ type }) => type !== undefined);
      if (schema !== undefined && isWhole === true && schema.columns.length > 0)
        found.set(
          table,
          schema.columns.map(({ name, type }) => ({
            name: dialect === 'trino' ? name.toLowerCase() : name,
            type,
          })),
        );
    }
    return found;
  }
}

function givenSchemas({
  dialect,
  defaultCatalog,
  defaultSchema,
  schemas,
}: AnalysisRequest): Map<string, readonly DefinedColumn[]> {
  const isTrino = dialect === 'trino';
  const naming = (isTrino ? trinoNaming : postgresNaming)(defaultCatalog, defaultSchema);
  const script = new Script(naming, () => undefined);
  const fold = (name: string) => (isTrino ? name.toLowerCase() : name);
  return new Map(
    (schemas ?? []).flatMap(({ table, columns }) => {
      const name = script.nameOf({ parts: fold(table).split('.'), at: -1 });
      return name === undefined ? [] : [[name, columns.map((column) => ({ name: fold(column) }))] as const];
    }),
  );
}
