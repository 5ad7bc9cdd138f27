import type { estypes } from '@elastic/elasticsearch';
import type { Plan } from '../../../policy/index.js';

type Query = estypes.QueryDslQueryContainer;
type Glob = Extract<Plan, { kind: 'nameGlob' }>['glob'];

const NOTHING: Query = { match_none: {} };

/**
 * The plan as a filter over the fields `namespace`, `kind`, `name.exact` and `tags`, which hold every document's values whole: a filter
 * that is negated must never meet a document without one.
 */
export function planToQuery(plan: Plan): Query {
  switch (plan.kind) {
    case 'all':
      return { match_all: {} };
    case 'none':
      return NOTHING;
    case 'namespaceIn':
      return { terms: { namespace: [...plan.namespaces] } };
    case 'kindIs':
      return { term: { kind: plan.value } };
    case 'nameGlob':
      return globToQuery(plan.glob);
    case 'hasAnyTag':
      return { terms: { tags: [...plan.tags] } };
    case 'and':
      return { bool: { filter: plan.nodes.map(planToQuery) } };
    case 'or':
      // Of no alternatives none holds; an empty `should` would let everything pass.
      return plan.nodes.length === 0
        ? NOTHING
        : { bool: { should: plan.nodes.map(planToQuery), minimum_should_match: 1 } };
    case 'not':
      return { bool: { must_not: [planToQuery(plan.node)] } };
  }
}

function globToQuery(glob: Glob): Query {
  if (glob.isExact) return { term: { 'name.exact': glob.source } };
  if (glob.parts.length === 2 && glob.prefix !== '' && glob.parts[1] === 'any')
    return { prefix: { 'name.exact': glob.prefix } };
  const value = glob.parts
    .map((part) => {
      if (part === 'segment') return '[^/]*';
      if (part === 'any') return '.*';
      if (part === 'folders') return '(.*/)?';
      return part.literal.replace(/[^\p{L}\p{N}/]/gu, '\\$&');
    })
    .join('');
  return { regexp: { 'name.exact': { value, flags: 'NONE' } } };
}
