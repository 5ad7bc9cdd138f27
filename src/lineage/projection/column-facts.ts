import { isObject, type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { ALL_COLUMNS, type Transformation } from './facts.js';
import { namePairIn } from './identity.js';

/** A column of a dataset that another follows from, as a facet says it. */
export interface ColumnSource {
  readonly dataset: { readonly namespace: string; readonly name: string };
  readonly sourceColumn: string;
  readonly targetColumn: string;
  readonly transformation: Transformation;
  readonly subtype: string;
  readonly isMasking: boolean;
}

/** Column names of a facet are data: the longest that is taken, in characters. */
const MAX_COLUMN_CHARS = 1_000;

/**
 * Reads a `columnLineage` facet. What influences the whole dataset has the target column `*`; what is malformed is passed over.
 * Source: OpenLineage ColumnLineageDatasetFacet 1-2-0.
 */
export function columnLineageIn(facet: unknown): ColumnSource[] {
  const { fields, dataset } = objectAt(facet);
  const ofFields = Object.entries(objectAt(fields)).flatMap(([targetColumn, field]) => {
    const older = olderTransformation(objectAt(field));
    return objectsIn(objectAt(field)['inputFields']).flatMap((input) =>
      sourcesOf(input, targetColumn, older),
    );
  });
  return [...ofFields, ...objectsIn(dataset).flatMap(influencesOf)];
}

/**
 * Reads the columns of an entry of a `lineage` facet: its `fields`, and inputs with a `field`, which influence the whole dataset.
 * Source: OpenLineage LineageFacet 1-0-0.
 */
export function entryColumnsIn(entry: JsonObject): ColumnSource[] {
  const ofFields = Object.entries(objectAt(entry['fields'])).flatMap(([targetColumn, field]) =>
    objectsIn(objectAt(field)['inputs']).flatMap((input) => sourcesOf(input, targetColumn, DIRECT)),
  );
  return [...ofFields, ...objectsIn(entry['inputs']).flatMap(influencesOf)];
}

/** What is known of how one column follows from another. */
type How = Pick<ColumnSource, 'transformation' | 'subtype' | 'isMasking'>;

const DIRECT: How = { transformation: 'direct', subtype: '', isMasking: false };
const INDIRECT: How = { transformation: 'indirect', subtype: '', isMasking: false };
const MAX_SUBTYPE_CHARS = 100;

/** `transformationType` of a field, as versions 1-0 of the facet had it: IDENTITY or MASKED. */
function olderTransformation(field: JsonObject): How {
  const type = textAt(field['transformationType'])?.toUpperCase();
  return { ...DIRECT, isMasking: type === 'MASKED', subtype: type === 'IDENTITY' ? type : '' };
}

/** Whether a column can have this name. */
export function isFittingColumn(name: string): boolean {
  return name !== '' && name.length <= MAX_COLUMN_CHARS;
}

function sourcesOf(input: JsonObject, targetColumn: string, otherwise: How): ColumnSource[] {
  const dataset = namePairIn(input);
  const sourceColumn = textAt(input['field']);
  if (dataset === undefined || sourceColumn === undefined) return [];
  if (!isFittingColumn(sourceColumn) || !isFittingColumn(targetColumn)) return [];
  return transformationsOf(input, otherwise).map((how) => ({ dataset, sourceColumn, targetColumn, ...how }));
}

/**
 * What decides over a whole dataset goes into none of its columns. Spark also lists here how a column of a grouping goes into its own target,
 * as DIRECT, which `fields` tells apart.
 */
function influencesOf(input: JsonObject): ColumnSource[] {
  const all = sourcesOf(input, ALL_COLUMNS, INDIRECT);
  const indirect = all.filter(({ transformation }) => transformation === 'indirect');
  return indirect.length > 0 ? indirect : all.slice(0, 1).map((one) => ({ ...one, ...INDIRECT }));
}

/** Each (type, subtype) once; it masks only when all of them do. */
function transformationsOf(input: JsonObject, otherwise: How): How[] {
  const known = new Map<string, How>();
  for (const { type, subtype, masking } of objectsIn(input['transformations'])) {
    const transformation = TYPES[String(type).toUpperCase()];
    if (transformation === undefined) continue;
    const name = (textAt(subtype) ?? '').toUpperCase().slice(0, MAX_SUBTYPE_CHARS);
    const key = `${transformation} ${name}`;
    const isMasking = masking === true && (known.get(key)?.isMasking ?? true);
    known.set(key, { transformation, subtype: name, isMasking });
  }
  return known.size === 0 ? [otherwise] : [...known.values()];
}

const TYPES: Readonly<Record<string, Transformation>> = { DIRECT: 'direct', INDIRECT: 'indirect' };

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
