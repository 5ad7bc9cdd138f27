import { planToSql } from '../../../policy/index.js';
import type { SearchRequest } from '../../search-index.js';

const COLUMNS = { namespace: 'd.namespace', kind: 'd.kind', name: 'd.name', tags: 'd.tags' } as const;

/** Values of one facet that are told. */
const MAX_FACET_VALUES = 20;

/** Shorter words are not looked for within others or by likeness: everything is alike to them. */
const MIN_WITHIN_CHARS = 3;
const MIN_ALIKE_CHARS = 4;

/**
 * One statement for hits and counts, both within what the caller may list. Every term must begin a word or stand within the name; only
 * when nothing is found so are names taken whose words are alike.
 * @param terms words of the query, letters and digits only
 */
export function searchSql(
  request: SearchRequest,
  terms: readonly string[],
): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = [];
  const parameter = (value: unknown): string => `$${parameters.push(value)}`;
  const text = parameter(request.text.trim().toLowerCase());
  const words = parameter(terms.map((term) => `'${term}':*`).join(' & '));
  const { kinds, namespace, tag } = request.filter;
  const conditions = [planToSql(request.visible, COLUMNS, parameters)];
  if (kinds !== undefined) conditions.push(`d.kind = ANY(${parameter(kinds)}::text[])`);
  if (namespace !== undefined) {
    const at = parameter(namespace);
    conditions.push(`(d.namespace = ${at} OR starts_with(d.namespace, ${at} || '/'))`);
  }
  if (tag !== undefined) conditions.push(`d.tags @> ARRAY[${parameter(tag)}]::text[]`);
  const { after } = request;
  const beyond =
    after === undefined
      ? 'TRUE'
      : `(m.score, m.asset_id) < (${parameter(after.score)}::float8, ${parameter(after.assetId)}::uuid)`;
  const select = `SELECT d.asset_id, d.kind, d.namespace, d.tags, round((${SCORE(text, words)})::numeric, 6)::float8 AS score
      FROM search_document AS d WHERE ${conditions.join(' AND ')}`;
  const sql = `
    WITH strict AS MATERIALIZED (
      ${select} AND ${everyTerm(terms, (term) => literally(term, parameter))}
    ), matched AS MATERIALIZED (
      SELECT * FROM strict
      UNION ALL
      ${select} AND NOT EXISTS (SELECT FROM strict) AND ${everyTerm(terms, (term) => alike(term, parameter))}
    ), page AS (
      SELECT m.asset_id, m.score FROM matched AS m WHERE ${beyond}
      ORDER BY m.score DESC, m.asset_id DESC LIMIT ${parameter(request.first)}
    ), counted AS (
      SELECT 'kind' AS name, kind AS value, count(*) AS count FROM matched GROUP BY kind
      UNION ALL SELECT 'namespace', namespace, count(*) FROM matched GROUP BY namespace
      UNION ALL SELECT 'tag', tag, count(*) FROM matched, unnest(tags) AS tag GROUP BY tag
    ), ranked AS (
      SELECT *, row_number() OVER (PARTITION BY name ORDER BY count DESC, value) AS place FROM counted
    )
    SELECT
      (SELECT jsonb_agg(jsonb_build_object('assetId', p.asset_id, 'score', p.score, 'name', d.name, 'description', d.description,
         'columns', d.columns, 'tags', d.tags) ORDER BY p.score DESC, p.asset_id DESC)
       FROM page AS p JOIN search_document AS d USING (asset_id)) AS hits,
      (SELECT jsonb_agg(jsonb_build_object('name', name, 'value', value, 'count', count) ORDER BY name, place)
       FROM ranked WHERE place <= ${MAX_FACET_VALUES}) AS facets`;
  return { sql, parameters };
}

type Parameter = (value: unknown) => string;

function everyTerm(terms: readonly string[], condition: (term: string) => string): string {
  return terms.length === 0 ? 'FALSE' : terms.map(condition).join(' AND ');
}

function literally(term: string, parameter: Parameter): string {
  const begins = `d.words @@ to_tsquery('simple', ${parameter(`'${term}':*`)})`;
  return term.length < MIN_WITHIN_CHARS ? begins : `(${begins} OR d.alike LIKE ${parameter(`%${term}%`)})`;
}

function alike(term: string, parameter: Parameter): string {
  return term.length < MIN_ALIKE_CHARS
    ? literally(term, parameter)
    : `(${parameter(term)}::text <% d.alike OR ${literally(term, parameter)})`;
}

/** Words by weight of their field, likeness of the name, and more for a name that is or ends with what was asked. */
const SCORE = (text: string, words: string): string => `
  ts_rank('{0.1, 0.2, 0.4, 1.0}', d.words, to_tsquery('simple', ${words})) + word_similarity(${text}, d.alike) + similarity(${text}, d.alike)
  + CASE WHEN d.alike = ${text} THEN 2 WHEN right(d.alike, length(${text}) + 1) ~ ('^[^[:alnum:]]') AND right(d.alike, length(${text})) = ${text}
    THEN 1 ELSE 0 END`;
