import { readFileSync, readdirSync } from 'node:fs';

const schemas = new URL('../schemas/', import.meta.url);
const read = (path) => JSON.parse(readFileSync(new URL(path, schemas), 'utf8'));

/** Which facets each kind of entity carries: its definition in the core schema and the property they are under. */
export const ENTITIES = {
  run: { base: 'RunFacet', type: 'RunFacets', carriers: [['Run', 'facets']] },
  job: { base: 'JobFacet', type: 'JobFacets', carriers: [['Job', 'facets']] },
  dataset: { base: 'DatasetFacet', type: 'DatasetFacets', carriers: [['Dataset', 'facets']] },
  inputDataset: {
    base: 'InputDatasetFacet',
    type: 'InputDatasetFacets',
    carriers: [['InputDataset', 'inputFacets']],
  },
  outputDataset: {
    base: 'OutputDatasetFacet',
    type: 'OutputDatasetFacets',
    carriers: [['OutputDataset', 'outputFacets']],
  },
};

/** The core schema and the facet schemas as they lie in schemas/, facets in order of their file names. */
export function readSchemas() {
  const files = readdirSync(new URL('facets/', schemas)).filter((name) => name.endsWith('.json'));
  return { core: read('OpenLineage.json'), facets: files.sort().map((name) => read(`facets/${name}`)) };
}

/** The alternatives that a facet key stands for, as definition names. */
function alternatives(schema) {
  const refs = schema.$ref === undefined ? schema.anyOf : [schema];
  return refs.map(({ $ref }) => $ref.replace('#/$defs/', ''));
}

/** Every standard facet: the entity it belongs to, its key in an event, its definition and where that is published. */
export function listFacets({ facets }) {
  const entityOfBase = new Map(Object.entries(ENTITIES).map(([entity, { base }]) => [base, entity]));
  return facets.flatMap((document) =>
    Object.entries(document.properties).flatMap(([name, schema]) =>
      alternatives(schema).map((definition) => {
        const base = document.$defs[definition].allOf[0].$ref.split('#/$defs/')[1];
        const entity = entityOfBase.get(base);
        if (entity === undefined)
          throw new Error(`${document.$id}: ${definition} extends ${base}, no known entity`);
        return {
          entity,
          name,
          definition,
          schemaUrl: `${document.$id}#/$defs/${definition}`,
          id: document.$id,
        };
      }),
    ),
  );
}

/** `#/$defs/X` for every reference, be it to the same file or to another one. */
function localRefs(node) {
  if (Array.isArray(node)) return node.map(localRefs);
  if (node === null || typeof node !== 'object') return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) =>
      key === '$ref' ? [key, `#/$defs/${value.split('#/$defs/')[1]}`] : [key, localRefs(value)],
    ),
  );
}

/** The property at a definition's own fields, which lie beside or after the base it extends. */
function ownProperties(definition) {
  return (definition.allOf?.at(-1) ?? definition).properties;
}

/**
 * One schema with all definitions of all files, where the free maps of facets became maps with the standard
 * facets by name and any other facet of that entity beside them.
 */
export function bundle(sources) {
  const definitions = {};
  for (const document of [sources.core, ...sources.facets]) {
    for (const [name, definition] of Object.entries(document.$defs)) {
      if (name in definitions) throw new Error(`${document.$id}: a second definition named ${name}`);
      definitions[name] = localRefs(definition);
    }
  }
  const facets = listFacets(sources);
  for (const [entity, { base, type, carriers }] of Object.entries(ENTITIES)) {
    const own = facets.filter((facet) => facet.entity === entity);
    definitions[type] = {
      description: `The standard facets of a ${entity}, by name; others are welcome beside them.`,
      type: 'object',
      properties: Object.fromEntries(
        own.map(({ name, definition }) => [name, { $ref: `#/$defs/${definition}` }]),
      ),
      additionalProperties: { $ref: `#/$defs/${base}` },
    };
    for (const [carrier, property] of carriers) {
      ownProperties(definitions[carrier])[property] = { $ref: `#/$defs/${type}` };
    }
  }
  return { $defs: definitions, oneOf: localRefs(sources.core.oneOf) };
}
