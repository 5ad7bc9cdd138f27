import type { estypes } from '@elastic/elasticsearch';

/** To be raised with each change below: the next start builds new indices and swaps the aliases. */
export const MAPPING_VERSION = 1;

const words = (extra: object = {}): estypes.MappingProperty => ({
  type: 'text',
  analyzer: 'cairn_words',
  norms: false,
  index_options: 'docs',
  fields: { parts: { type: 'text', analyzer: 'cairn_parts', norms: false, index_options: 'docs' }, ...extra },
});
const keyword: estypes.MappingProperty = { type: 'keyword' };

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
    tokenizer: {
      cairn_between: { type: 'pattern', pattern: '[^\\p{L}\\p{N}]+' },
      cairn_grams: { type: 'ngram', min_gram: 3, max_gram: 3 },
    },
    analyzer: {
      cairn_grams: { type: 'custom', tokenizer: 'cairn_grams' },
      cairn_words: { type: 'custom', tokenizer: 'cairn_between', filter: ['lowercase'] },
      cairn_parts: {
        type: 'custom',
        char_filter: ['cairn_humps'],
        tokenizer: 'cairn_between',
        filter: ['lowercase'],
      },
    },
  },
};

/** Fields of a document; see `source.ts` for what they hold. */
export const MAPPINGS: estypes.MappingTypeMapping = {
  dynamic: 'strict',
  _meta: { version: MAPPING_VERSION },
  properties: {
    assetId: keyword,
    kind: keyword,
    namespace: keyword,
    tags: keyword,
    name: words({ exact: keyword }),
    // By threes of letters, so that what stands within a name is found without looking at all names.
    lowerName: {
      type: 'keyword',
      fields: { grams: { type: 'text', analyzer: 'cairn_grams', norms: false, index_options: 'positions' } },
    },
    nameTails: keyword,
    nameLength: { type: 'integer' },
    columns: { ...words(), copy_to: 'other' } as estypes.MappingProperty,
    other: words(),
    description: words(),
  },
};
