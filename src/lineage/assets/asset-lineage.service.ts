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
    return (await this.facetsOf(caller, holder, [id])).get(id)!;
  }

  /** {@link facets} of many, by id. */
  async facetsOf(
    caller: Principal,
    holder: 'asset' | 'run',
    ids: readonly string[],
  ): Promise<Map<string, JsonObject>> {
    const found = new Map<string, JsonObject>(ids.map((id) => [id, {}]));
    for (const { id, name, value } of await this.repository.facetsOf(holder, ids))
      found.get(id)![name] = value;
    return this.withoutHidden(caller, found);
  }

  /** Leaves out facets that name an asset which the caller may not know of. */
  async withoutHidden<Key>(
    caller: Principal,
    facets: ReadonlyMap<Key, JsonObject>,
  ): Promise<Map<Key, JsonObject>> {
    const named = new Map(
      [...facets.values()].flatMap(Object.values).map((value) => [value, assetsNamedIn(value, idOfAsset)]),
    );
    const hidden = await this.views.hidden(caller, [...new Set([...named.values()].flat())]);
    const isShown = (value: unknown) => !named.get(value)!.some((asset) => hidden.has(asset));
    return new Map(
      [...facets].map(([key, whole]) => [
        key,
        Object.fromEntries(Object.entries(whole).filter(([, value]) => isShown(value))),
      ]),
    );
  }

  /** Whole facets of these names by id and name, unfiltered: what is shown of them must not name other assets. */
  async values(
    holder: 'asset' | 'run',
    ids: readonly string[],
    names: readonly string[],
  ): Promise<(id: string, name: string) => JsonObject> {
    const rows = await this.repository.facetsOf(holder, ids, names);
    const values = new Map(rows.map(({ id, name, value }) => [`${id} ${name}`, objectAt(value)]));
    return (id, name) => values.get(`${id} ${name}`) ?? {};
  }

  /** Columns as the `schema` facet names them; none when no event told them. Fields of structs as `struct.field`. */
  async columns(assetId: string): Promise<SchemaColumn[]> {
    return schemaColumnsIn(await this.repository.facet(assetId, 'schema'));
  }

  /** What events say of many assets, by id, for who may see all of them: the search index. */
  async describe(assetIds: readonly string[]): Promise<Map<string, Description>> {
    const rows = await this.repository.facetsOf('asset', assetIds, ['schema', 'documentation']);
    const values = new Map(rows.map(({ id, name, value }) => [`${id} ${name}`, value]));
    const facetOf = (assetId: string, name: string) => values.get(`${assetId} ${name}`);
    return new Map(
      [...new Set(rows.map(({ id }) => id))].map((assetId) => [
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
    const rows = await this.repository.facetsOf('asset', assetIds, ['schema']);
    return new Map(
      rows.map(({ id, value }) => {
        const columns = objectsIn(objectAt(value)['fields']).flatMap((field) => {
          const name = textAt(field['name']);
          return name === undefined ? [] : [{ name, type: textAt(field['type']) }];
        });
        return [id, { columns, producer: textAt(objectAt(value)['_producer']) }];
      }),
    );
  }

  /** The newest first. @param first 1–200 */
  async versions(assetId: string, first: number): Promise<AssetVersion[]> {
    return this.repository.versions(assetId, validate(FIRST, first, 'first'));
  }
}
