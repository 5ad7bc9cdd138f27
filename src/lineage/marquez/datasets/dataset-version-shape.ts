import type { Asset } from '../../../catalog/index.js';
import { type JsonObject, objectAt, textAt } from '../../events/json.js';
import type { RunShape, VersionNameShape } from '../runs/run-shape.js';
import { type FieldShape, fieldsIn, nameShape, tagsOf } from './dataset-shape.js';

/** Source: Marquez's `DatasetVersion`. */
export interface DatasetVersionShape {
  readonly id: VersionNameShape;
  readonly type: 'DB_TABLE';
  readonly name: string;
  readonly physicalName: string;
  readonly createdAt: Date;
  readonly version: string;
  readonly namespace: string;
  readonly sourceName: string;
  readonly fields: readonly FieldShape[];
  readonly tags: readonly string[];
  readonly lifecycleState: string | null;
  readonly description: string | null;
  readonly currentSchemaVersion: null;
  readonly createdByRun: RunShape | null;
  readonly facets: JsonObject;
}

/** @param facets as they were told of this version */
export function datasetVersionShape(
  asset: Asset,
  version: { readonly id: string; readonly at: Date },
  facets: JsonObject,
  createdByRun: RunShape | null,
): DatasetVersionShape {
  const textIn = (facet: string, name: string) => textAt(objectAt(facets[facet])[name]) ?? null;
  return {
    id: { ...nameShape(asset), version: version.id },
    type: 'DB_TABLE',
    name: asset.identityName,
    physicalName: asset.identityName,
    createdAt: version.at,
    version: version.id,
    namespace: asset.identityNamespace,
    sourceName: asset.identityNamespace,
    fields: fieldsIn(facets['schema']),
    tags: tagsOf(asset),
    lifecycleState: textIn('lifecycleStateChange', 'lifecycleStateChange'),
    description: asset.description ?? textIn('documentation', 'description'),
    currentSchemaVersion: null,
    createdByRun,
    facets,
  };
}
