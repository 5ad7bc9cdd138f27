#!/usr/bin/env node
/** Writes src/generated/ from schemas/. With --check it writes nothing and exits 1 if anything would change. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { bundle, ENTITIES, listFacets, readSchemas } from './bundle.mjs';

const BANNER = '// Written from schemas/ by scripts/generate.mjs (npm run generate). Do not edit.\n';
const STYLE = { parser: 'typescript', singleQuote: true, trailingComma: 'all', printWidth: 110 };
const generated = new URL('../src/generated/', import.meta.url);

const literal = (value) => JSON.stringify(value, undefined, 2);

function facetsModule({ core }, facets) {
  const byEntity = Object.fromEntries(
    Object.keys(ENTITIES).map((entity) => [
      entity,
      Object.fromEntries(facets.filter((f) => f.entity === entity).map((f) => [f.name, f.schemaUrl])),
    ]),
  );
  const types = Object.entries(ENTITIES).map(([entity, { type }]) => `  ${entity}: ${type};`);
  return `${BANNER}
import type { ${Object.values(ENTITIES)
    .map(({ type }) => type)
    .join(', ')} } from './types.js';

/** The facets that each kind of entity carries. */
export interface FacetsByEntity {
${types.join('\n')}
}

/** What a facet can belong to. */
export type FacetEntity = keyof FacetsByEntity;

/** The published address of the core schema. */
export const CORE_SCHEMA_URL = ${literal(core.$id)};

/** Where the schema of each standard facet is published, by entity and by the facet's key in an event. */
export const FACET_SCHEMA_URLS = ${literal(byEntity)} as const;
`;
}

function schemasModule({ core, facets }) {
  return `${BANNER}
/** A JSON Schema document, dialect 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>> & { readonly $id: string };

/** The core schema: the three events and what they are made of. */
export const CORE_SCHEMA: JsonSchema = ${literal(core)};

/** The documents of the standard facets. */
export const FACET_DOCUMENTS: readonly JsonSchema[] = ${literal(facets)};
`;
}

async function typesModule(sources) {
  return compile(bundle(sources), 'LineageEvent', {
    additionalProperties: false,
    bannerComment: BANNER,
    format: false,
    strictIndexSignatures: true,
    unreachableDefinitions: true,
  });
}

const sources = readSchemas();
const modules = {
  'types.ts': await typesModule(sources),
  'facets.ts': facetsModule(sources, listFacets(sources)),
  'schemas.ts': schemasModule(sources),
};
const outdated = [];
mkdirSync(generated, { recursive: true });
for (const [name, code] of Object.entries(modules)) {
  const url = new URL(name, generated);
  const wanted = await format(code, STYLE);
  if (process.argv.includes('--check')) {
    let found = '';
    try {
      found = readFileSync(url, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (found !== wanted) outdated.push(name);
  } else {
    writeFileSync(url, wanted);
  }
}
if (outdated.length > 0) {
  console.error(`src/generated/ is not what schemas/ gives: ${outdated.join(', ')}. Run "npm run generate".`);
  process.exitCode = 1;
}
