import DataLoader from 'dataloader';
import { isInTransaction } from './database.js';
import { DatabaseUnavailableError } from './errors.js';

/** Keys of one query at most. */
const MAX_KEYS = 5_000;

/**
 * Asks by key for many requests at once: what is asked for while a query is under way is asked together by the next one. Each query
 * begins after all that it answers was asked, so everybody sees what was written before; nothing is kept. Within a transaction a read is
 * a query of its own.
 * @param load one query for all keys, each of them once
 */
export function batched<Value>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | undefined> {
  let underWay: Promise<unknown> = Promise.resolve();
  const loader = new DataLoader<string, Value | undefined>(
    async (keys) => {
      const loading = loadEach([...new Set(keys)], load);
      underWay = loading;
      const found = await loading;
      return keys.map((key) => found.get(key));
    },
    {
      cache: false,
      maxBatchSize: MAX_KEYS,
      batchScheduleFn: (dispatch) => void underWay.then(dispatch),
    },
  );
  return async (key) => (isInTransaction() ? (await load([key])).get(key) : loader.load(key));
}

/** A key that PostgreSQL refuses, such as one with a NUL, must not fail what others asked for: then each is asked for alone. */
async function loadEach<Value>(
  keys: readonly string[],
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): Promise<ReadonlyMap<string, Value | Error>> {
  try {
    return await load(keys);
  } catch (error) {
    if (keys.length === 1 || error instanceof DatabaseUnavailableError)
      return new Map(keys.map((key) => [key, error as Error]));
    const alone = await Promise.all(keys.map((key) => loadEach([key], load)));
    return new Map(alone.flatMap((found) => [...found]));
  }
}
