import { LRUCache } from 'lru-cache';
import { assetIdOf } from '../../catalog/index.js';
import type { IdOf } from './identity.js';

const ids = new LRUCache<string, string>({ max: 50_000 });

/** The catalog's `assetIdOf`, remembered: an event names the same assets again and again, by its columns too. */
export const idOfAsset: IdOf = (identity) => {
  const key = `${identity.space} ${identity.identityNamespace}\n${identity.identityName}`;
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = assetIdOf(identity);
  ids.set(key, id);
  return id;
};
