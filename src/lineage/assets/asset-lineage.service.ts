import { idOfAsset } from '../projection/asset-ids.js';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { validate } from '../../platform/index.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { Views } from '../graph/view.js';
import { type SchemaColumn, schemaColumnsIn } from '../projection/column-facts.js';
import { AssetLineageRepository, type AssetVersion } from './asset-lineage.repository.js';
import { assetsNamedIn } from './names-in.js';

const FIRST = z.number().int().min(1, 'must be 1 to 200').max(200, 'must be 1 to 200');

/** What people wrote, and the columns, as events tell them. */
export interface Description {
  readonly columns: readonly SchemaColumn[];
  readonly documentation: string | undefined;
}

/** The columns of an asset, in order, and whose word it is. */
export interface KnownSchema {
  readonly columns: readonly { readonly name: string; readonly type: string | undefined }[];
  /** The `_producer` of the facet. */
  readonly producer: string | undefined;
}

/** What events say of an asset. The callers of this may see the asset. */
@Injectable()
export class AssetLineageService {
  constructor(
    private readonly repository: AssetLineageRepository,
    private readonly views: Views,
  ) {}

  /** The latest facets of an asset or a run. A facet that names an asset which the caller may not know of is left out. */
  async facets(caller: Principal, holder: 'asset' | 'run', id: string): Promise<JsonObject> {
    const facets = await this.repository.facets(holder, id);
    const named = new Map(
      Object.entries(facets).map(([name, value]) => [name, assetsNamedIn(value, idOfAsset)]),
    );
    const hidden = await this.views.hidden(caller, [...new Set([...named.values()].flat())]);
    if (hidden.size === 0) return facets;
    return Object.fromEntries(
      Object.entries(facets).filter(([name]) => !named.get(name)!.some((asset) => hidden.has(asset))),
    );
  }

  /** Columns as the `schema` facet names them; none when no event told them. Fields of structs as `struct.field`. */
  async columns(assetId: string): Promise<SchemaColumn[]> {
    return schemaColumnsIn(await this.repository.facet(assetId, 'schema'));
  }

  /** What events say of many assets, by id, for who may see all of them: the search index. */
  async describe(assetIds: readonly string[]): Promise<Map<string, Description>> {
    const rows = await this.repository.facetsOf(assetIds, ['schema', 'documentation']);
    const values = new Map(rows.map(({ assetId, name, value }) => [`${assetId} ${name}`, value]));
    const facetOf = (assetId: string, name: string) => values.get(`${assetId} ${name}`);
    return new Map(
      [...new Set(rows.map(({ assetId }) => assetId))].map((assetId) => [
        assetId,
        {
          columns: schemaColumnsIn(facetOf(assetId, 'schema')),
          documentation: textAt(objectAt(facetOf(assetId, 'documentation'))['description']),
        },
      ]),
    );
  }

  /** The latest `schema` facets, by asset id, without the fields of structs. The caller of this may see all of the assets. */
  async schemas(assetIds: readonly string[]): Promise<Map<string, KnownSchema>> {
    const rows = await this.repository.facetsOf(assetIds, ['schema']);
    return new Map(
      rows.map(({ assetId, value }) => {
        const columns = objectsIn(objectAt(value)['fields']).flatMap((field) => {
          const name = textAt(field['name']);
          return name === undefined ? [] : [{ name, type: textAt(field['type']) }];
        });
        return [assetId, { columns, producer: textAt(objectAt(value)['_producer']) }];
      }),
    );
  }

  /** The newest first. @param first 1–200 */
  async versions(assetId: string, first: number): Promise<AssetVersion[]> {
    return this.repository.versions(assetId, validate(FIRST, first, 'first'));
  }
}
