import type { estypes } from '@elastic/elasticsearch';

/**
 * To be raised with each change below: the next start builds new indices and swaps the aliases. A process that knows a lesser one only
 * leaves them alone.
 */
export const MAPPING_VERSION = 2;

/** Lucene takes no word of more than 32,766 bytes; of longer ones the beginning is found. A query has 200 characters. */
const MAX_WORD_CHARS = 4_000;

const words = (): estypes.MappingProperty => ({
  type: 'text',
  analyzer: 'cairn_words',
  norms: false,
  index_options: 'docs',
  fields: { parts: { type: 'text', analyzer: 'cairn_parts', norms: false, index_options: 'docs' } },
});
/** Whole, for policy: a document whose value is too long is not indexed at all. */
const keyword: estypes.MappingProperty = { type: 'keyword' };
/** For the order of hits: a longer value counts as none. */
const bounded: estypes.MappingKeywordProperty = { type: 'keyword', ignore_above: MAX_WORD_CHARS };

/**
 * Words as `words.ts` has them: between two stands everything but letters and digits (`cairn_words`: `shop.raw_orderItems` is shop,
 * raw, orderitems), and the parts of one begin at its humps (`cairn_parts`: order, items; HTTPServer: http, server).
 */
export const SETTINGS: estypes.IndicesIndexSettings = {
  number_of_shards: 1,
  auto_expand_replicas: '0-1',
  max_regex_length: 4_000,
  // How long a removal is remembered, so that a late write of an older version does not undo it.
  gc_deletes: '1h',
  analysis: {
    char_filter: {
      cairn_humps: {
        type: 'pattern_replace',
        pattern: '(?<=[\\p{Ll}\\p{N}])(?=\\p{Lu})|(?<=\\p{Lu})(?=\\p{Lu}\\p{Ll})',
        replacement: ' ',
      },
    },
    filter: { cairn_longest: { type: 'truncate', length: MAX_WORD_CHARS } },
    tokenizer: {
      cairn_between: { type: 'pattern', pattern: '[^\\p{L}\\p{N}]+' },
      cairn_grams: { type: 'ngram', min_gram: 3, max_gram: 3 },
    },
    analyzer: {
      cairn_grams: { type: 'custom', tokenizer: 'cairn_grams' },
      cairn_words: { type: 'custom', tokenizer: 'cairn_between', filter: ['lowercase', 'cairn_longest'] },
      cairn_parts: {
        type: 'custom',
        char_filter: ['cairn_humps'],
        tokenizer: 'cairn_between',
        filter: ['lowercase', 'cairn_longest'],
      },
    },
  },
};

/** What an index says of itself: {@link MAPPING_VERSION}, and which building of all indices it is of. */
export interface IndexMeta {
  readonly version: number;
  readonly generation: string;
}

/** Fields of a document; see `source.ts` for what they hold. */
export const MAPPINGS: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  properties: {
    assetId: keyword,
    kind: keyword,
    namespace: keyword,
    tags: keyword,
    name: { type: 'keyword', index: false, doc_values: false, fields: { exact: keyword } },
    nameWords: words(),
    // By threes of letters, so that what stands within a name is found without looking at all names.
    lowerName: {
      ...bounded,
      fields: { grams: { type: 'text', analyzer: 'cairn_grams', norms: false, index_options: 'positions' } },
    },
    nameTails: bounded,
    nameLength: { type: 'integer' },
    columns: { ...words(), copy_to: 'other' } as estypes.MappingProperty,
    other: words(),
    description: words(),
    mark: { type: 'long', index: false },
  },
};
