import type { estypes } from '@elastic/elasticsearch';
import type { SearchRequest } from '../../search-index.js';
import { planToQuery } from './plan-to-query.js';

type Query = estypes.QueryDslQueryContainer;

/** Shorter words are not looked for within others or by likeness: everything is alike to them. */
const MIN_WITHIN_CHARS = 3;
const MIN_ALIKE_CHARS = 4;

/** Values of one facet that are told, and that are counted before. */
const FACET_VALUES = { size: 20, shard_size: 2_000 } as const;

const FIELDS = ['nameWords', 'other', 'description'] as const;

/** What a word in a field adds to the score. Constants, and not Lucene's frequencies: those differ between the indices of the kinds. */
const WORTH = {
  nameWords: 2,
  other: 0.8,
  description: 0.4,
  wholeWord: 1,
  sameName: 8,
  endOfName: 4,
  inARow: 2,
  alike: 1,
} as const;

/** How words are looked for. */
export type Matching = 'literal' | 'alike';

/**
 * One request for hits and counts, both within what the caller may list.
 * @param terms words of the query, at least one
 * @param matching `literal`: every term must begin a word or stand within the name; `alike`: or be alike to a word of the name
 */
export function searchBody(
  request: SearchRequest,
  terms: readonly string[],
  matching: Matching,
): estypes.SearchRequest {
  const every = terms.map((term) => (matching === 'literal' ? literally(term) : alike(term)));
  const text = request.text.normalize('NFKC').trim().toLowerCase();
  const should = [
    ...terms.flatMap(worthOf),
    worth({ term: { lowerName: text } }, WORTH.sameName),
    worth({ term: { nameTails: text } }, WORTH.endOfName),
    ...(text.length < MIN_WITHIN_CHARS ? [] : [worth(within(text), WORTH.inARow)]),
    ...(matching === 'alike' ? terms.map((term) => worth(fuzzy(term), WORTH.alike)) : []),
  ];
  return {
    size: request.first,
    track_total_hits: true,
    _source: ['assetId', 'name', 'columns', 'description', 'tags'],
    query: {
      function_score: {
        query: { bool: { filter: [...scopeOf(request), ...every], should } },
        // Of two names that hold the words alike, the shorter one.
        functions: [{ field_value_factor: { field: 'nameLength', modifier: 'reciprocal' } }],
        boost_mode: 'sum',
      },
    },
    sort: [{ _score: { order: 'desc' } }, { assetId: 'desc' }],
    ...(request.after && { search_after: [request.after.score, request.after.assetId] }),
    aggs: {
      kind: { terms: { field: 'kind', ...FACET_VALUES } },
      namespace: { terms: { field: 'namespace', ...FACET_VALUES } },
      tag: { terms: { field: 'tags', ...FACET_VALUES } },
    },
  };
}

function scopeOf({ visible, filter: { kinds, namespace, tag } }: SearchRequest): Query[] {
  return [
    planToQuery(visible),
    ...(kinds === undefined ? [] : [{ terms: { kind: [...kinds] } }]),
    ...(namespace === undefined
      ? []
      : [any([{ term: { namespace } }, { prefix: { namespace: `${namespace}/` } }])]),
    ...(tag === undefined ? [] : [{ term: { tags: tag } }]),
  ];
}

function begins(field: string, term: string): Query {
  return any([{ prefix: { [field]: term } }, { prefix: { [`${field}.parts`]: term } }]);
}

function literally(term: string): Query {
  return any([
    ...FIELDS.map((field) => begins(field, term)),
    ...(term.length < MIN_WITHIN_CHARS ? [] : [within(term)]),
  ]);
}

function within(text: string): Query {
  return { match_phrase: { 'lowerName.grams': text } };
}

function alike(term: string): Query {
  return term.length < MIN_ALIKE_CHARS ? literally(term) : any([fuzzy(term), literally(term)]);
}

function fuzzy(term: string): Query {
  const value = { value: term, fuzziness: 'AUTO', prefix_length: 1 };
  return any([{ fuzzy: { nameWords: value } }, { fuzzy: { 'nameWords.parts': value } }]);
}

function worthOf(term: string): Query[] {
  const whole = any([{ term: { nameWords: term } }, { term: { 'nameWords.parts': term } }]);
  return [...FIELDS.map((field) => worth(begins(field, term), WORTH[field])), worth(whole, WORTH.wholeWord)];
}

function worth(filter: Query, boost: number): Query {
  return { constant_score: { filter, boost } };
}

function any(should: Query[]): Query {
  return { bool: { should, minimum_should_match: 1 } };
}
