import { isObject, type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { ALL_COLUMNS, type Transformation } from './facts.js';
import { namePairIn } from './identity.js';

/** A column of a dataset that another follows from, as a facet says it. */
export interface ColumnSource {
  readonly dataset: { readonly namespace: string; readonly name: string };
  readonly sourceColumn: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
}

/** Column names of a facet are data: the longest that is taken, in characters. */
const MAX_COLUMN_CHARS = 1_000;

/**
 * Reads a `columnLineage` facet. What influences the whole dataset has the target column `*`; what is malformed is passed over.
 * Source: OpenLineage ColumnLineageDatasetFacet 1-2-0.
 */
export function columnLineageIn(facet: unknown): ColumnSource[] {
  const { fields, dataset } = objectAt(facet);
  const ofFields = Object.entries(objectAt(fields)).flatMap(([targetColumn, field]) =>
    objectsIn(objectAt(field)['inputFields']).flatMap((input) => sourcesOf(input, targetColumn, 'direct')),
  );
  const ofDataset = objectsIn(dataset).flatMap((input) => sourcesOf(input, ALL_COLUMNS, 'indirect'));
  return [...ofFields, ...ofDataset];
}

/**
 * Reads the columns of an entry of a `lineage` facet: its `fields`, and inputs with a `field`, which influence the whole dataset.
 * Source: OpenLineage LineageFacet 1-0-0.
 */
export function entryColumnsIn(entry: JsonObject): ColumnSource[] {
  const ofFields = Object.entries(objectAt(entry['fields'])).flatMap(([targetColumn, field]) =>
    objectsIn(objectAt(field)['inputs']).flatMap((input) => sourcesOf(input, targetColumn, 'direct')),
  );
  const ofDataset = objectsIn(entry['inputs']).flatMap((input) => sourcesOf(input, ALL_COLUMNS, 'indirect'));
  return [...ofFields, ...ofDataset];
}

function sourcesOf(input: JsonObject, targetColumn: string, otherwise: Transformation): ColumnSource[] {
  const dataset = namePairIn(input);
  const sourceColumn = textAt(input['field']);
  if (dataset === undefined || sourceColumn === undefined || targetColumn === '') return [];
  if (sourceColumn.length > MAX_COLUMN_CHARS || targetColumn.length > MAX_COLUMN_CHARS) return [];
  return transformationsOf(input, otherwise).map((transformation) => ({
    dataset,
    sourceColumn,
    targetColumn,
    transformation,
  }));
}

function transformationsOf(input: JsonObject, otherwise: Transformation): Transformation[] {
  const given = objectsIn(input['transformations']).map((t) => String(t['type']).toUpperCase());
  const known = new Set(
    given.flatMap((type): Transformation[] =>
      type === 'DIRECT' ? ['direct'] : type === 'INDIRECT' ? ['indirect'] : [],
    ),
  );
  return known.size === 0 ? [otherwise] : [...known];
}

/** Columns as a `schema` facet names them, those of structs below their struct as `struct.field`. */
export interface SchemaColumn {
  readonly name: string;
  readonly type: string | null;
  readonly description: string | null;
}

const MAX_COLUMNS = 5_000;
const MAX_STRUCT_DEPTH = 8;

/** Reads a `schema` facet, the first 5,000 columns. Source: OpenLineage SchemaDatasetFacet 1-2-0. */
export function schemaColumnsIn(facet: unknown): SchemaColumn[] {
  const columns: SchemaColumn[] = [];
  const read = (fields: unknown, prefix: string, depth: number) => {
    for (const field of objectsIn(fields)) {
      const name = textAt(field['name']);
      if (name === undefined || columns.length >= MAX_COLUMNS) continue;
      columns.push({
        name: prefix + name,
        type: textAt(field['type']) ?? null,
        description: textAt(field['description']) ?? null,
      });
      if (depth < MAX_STRUCT_DEPTH) read(field['fields'], `${prefix}${name}.`, depth + 1);
    }
  };
  if (isObject(facet)) read(facet['fields'], '', 0);
  return columns;
}
