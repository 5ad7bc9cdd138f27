import type { Asset } from '../../../catalog/index.js';
import { UNCLASSIFIED } from '../../../policy/index.js';
import { type JsonObject, objectAt, textAt } from '../../events/json.js';
import type { ColumnEdge } from '../../graph/column-edges.js';
import { schemaColumnsIn } from '../../projection/column-facts.js';

/** How Marquez names an asset within JSON. */
export interface NameShape {
  readonly namespace: string;
  readonly name: string;
}

export function nameShape({ identityNamespace, identityName }: Asset): NameShape {
  return { namespace: identityNamespace, name: identityName };
}

export interface FieldShape {
  readonly name: string;
  readonly type: string | null;
  readonly tags: readonly string[];
  readonly description: string | null;
}

/** What a column follows from. Source: Marquez's `ColumnLineageInputField`. */
export interface InputFieldShape {
  readonly namespace: string;
  readonly dataset: string;
  readonly field: string;
  readonly transformationDescription: string | null;
  readonly transformationType: string;
}

export interface ColumnLineageShape {
  readonly name: string;
  readonly inputFields: readonly InputFieldShape[];
  readonly transformationDescription: string | null;
  readonly transformationType: string;
}

/** What Marquez says of a dataset in a graph. Source: Marquez's `DatasetData`. */
export interface DatasetDataShape {
  readonly id: NameShape;
  /** Cairn does not part tables from streams, as Marquez itself has not since it takes OpenLineage events. */
  readonly type: 'DB_TABLE';
  readonly name: string;
  readonly physicalName: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly namespace: string;
  readonly sourceName: string;
  readonly fields: readonly FieldShape[];
  readonly tags: readonly string[];
  /** When a job that the caller may see was last told to write it. */
  readonly lastModifiedAt: Date | null;
  readonly description: string | null;
  readonly lastLifecycleState: string | null;
}

/** Source: Marquez's `Dataset`. */
export interface DatasetShape extends DatasetDataShape {
  readonly currentVersion: string | null;
  readonly columnLineage: readonly ColumnLineageShape[] | null;
  readonly facets: JsonObject;
  readonly deleted: boolean;
}

/** Classifications without the mark that nobody has looked. */
export function tagsOf({ tags }: Asset): string[] {
  return tags.filter((tag) => tag !== UNCLASSIFIED);
}

export function fieldsIn(schema: unknown): FieldShape[] {
  return schemaColumnsIn(schema).map((column) => ({ ...column, tags: [] }));
}

/** @param facetOf a whole facet by name; an empty object where there is none */
export function datasetData(
  asset: Asset,
  facetOf: (name: string) => JsonObject,
  lastModifiedAt: Date | null,
): DatasetDataShape {
  return {
    id: nameShape(asset),
    type: 'DB_TABLE',
    name: asset.identityName,
    physicalName: asset.identityName,
    createdAt: asset.createdAt,
    updatedAt: latest([asset.updatedAt, lastModifiedAt])!,
    namespace: asset.identityNamespace,
    sourceName: asset.identityNamespace,
    fields: fieldsIn(facetOf('schema')),
    tags: tagsOf(asset),
    lastModifiedAt,
    description: asset.description ?? textAt(facetOf('documentation')['description']) ?? null,
    lastLifecycleState: textAt(facetOf('lifecycleStateChange')['lifecycleStateChange']) ?? null,
  };
}

export function datasetShape(
  asset: Asset,
  facets: JsonObject,
  lastModifiedAt: Date | null,
  columns: readonly ColumnEdge[],
  currentVersion: string | null,
): DatasetShape {
  const data = datasetData(asset, (name) => objectAt(facets[name]), lastModifiedAt);
  const columnLineage = columnLineageShape(columns);
  return {
    ...data,
    currentVersion,
    columnLineage: columnLineage.length === 0 ? null : columnLineage,
    facets,
    deleted: data.lastLifecycleState === 'DROP',
  };
}

/** What columns follow from, by column; inputs that the caller may not see are left out. */
export function columnLineageShape(edges: readonly ColumnEdge[]): ColumnLineageShape[] {
  const inputs = new Map<string, InputFieldShape[]>();
  for (const { fromAsset, fromColumn, toColumn, transformation } of edges) {
    if (fromAsset.asset === null) continue;
    const { namespace, name } = nameShape(fromAsset.asset);
    const input = {
      ...{ namespace, dataset: name, field: fromColumn },
      ...{ transformationDescription: null, transformationType: transformation.toUpperCase() },
    };
    inputs.set(toColumn, [...(inputs.get(toColumn) ?? []), input]);
  }
  return [...inputs].map(([name, inputFields]) => ({
    ...{ name, inputFields, transformationDescription: null },
    transformationType: inputFields[0]!.transformationType,
  }));
}

/** The latest of some instants; null when there is none. */
export function latest(instants: readonly (Date | null)[]): Date | null {
  return instants.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null);
}
