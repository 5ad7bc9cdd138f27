import type { Comparison, Search } from '../../../catalog/index.js';
import { offsetOf } from './page-token.js';
import { parseFilter, parseOrderBy } from './parse-filter.js';

const PROMPT_TAG = 'mlflow.prompt.is_prompt';

/** A search as a client asks for it, one row more than shown. @throws {InvalidInputError} */
export function searchOf(request: {
  readonly filter?: string | undefined;
  readonly order_by: readonly string[];
  readonly max_results: number;
  readonly page_token?: string | undefined;
}): Search {
  return {
    comparisons: parseFilter(request.filter).filter((one) => !isOfPrompts(one)),
    orders: parseOrderBy(request.order_by),
    limit: request.max_results + 1,
    offset: offsetOf(request.page_token),
  };
}

/** Clients ask for models that are no prompts, in their own way; there are no prompts here. */
function isOfPrompts({ kind, key, operator, value }: Comparison): boolean {
  return (
    kind === 'tag' &&
    key === PROMPT_TAG &&
    ((operator === '!=' && value === 'true') || (operator === '=' && value === 'false'))
  );
}
