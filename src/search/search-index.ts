import type { AssetKind } from '../catalog/index.js';
import type { Plan } from '../policy/index.js';

/** What the index knows of an asset. */
export interface SearchDocument {
  readonly assetId: string;
  readonly kind: AssetKind;
  /** OpenLineage's name. */
  readonly name: string;
  /** OpenLineage's namespace. */
  readonly identityNamespace: string;
  /** The policy's namespace. */
  readonly namespace: string;
  readonly tags: readonly string[];
  readonly description: string;
  /** Names of columns. */
  readonly columns: readonly string[];
  /** Other names of the asset. */
  readonly otherNames: readonly string[];
}

/** Which documents count; absent means any. */
export interface SearchFilter {
  readonly kinds?: readonly AssetKind[];
  /** A policy namespace and all below it. */
  readonly namespace?: string;
  readonly tag?: string;
}

/** Where a page ended. */
export interface SearchPosition {
  readonly score: number;
  readonly assetId: string;
}

export interface SearchRequest {
  /** What people typed, 1–200 characters. All of its words must be found, as beginnings of words, or the name must be alike. */
  readonly text: string;
  readonly filter: SearchFilter;
  /** What the caller may list. It holds for hits and counts alike, within the engine, so that neither tells of anything else. */
  readonly visible: Plan;
  /** Hits at most. */
  readonly first: number;
  readonly after?: SearchPosition;
}

export interface SearchHit {
  readonly assetId: string;
  /** The greater the better; comparable within one search only. */
  readonly score: number;
  /** Where it was found, with `«` and `»` around it, in plain text. */
  readonly highlight: string;
}

/** How many of all hits have a value. */
export interface SearchFacet {
  readonly name: 'kind' | 'tag' | 'namespace';
  /** The most frequent first, 20 at most. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
}

export interface SearchResult {
  /** In the order of (score, asset id), the best first. */
  readonly hits: readonly SearchHit[];
  /** Over all pages: kind, namespace, tag. */
  readonly facets: readonly SearchFacet[];
}

/**
 * Where assets are found by words. It follows the catalog, at least once and a moment later.
 *
 * Every write has a version, a number that was drawn before the documents were read from the catalog: of two writes of one asset the
 * one with the greater version stays, whichever comes last.
 */
export interface SearchIndex {
  /** Writes documents in place of those of the same assets. */
  upsert(documents: readonly SearchDocument[], version: number): Promise<void>;
  /** Takes documents out; those that are not there are no error. */
  remove(assetIds: readonly string[], version: number): Promise<void>;
  search(request: SearchRequest): Promise<SearchResult>;
  /**
   * Puts these documents in place of all. Searches see the old ones until all are there; what is written meanwhile is not lost.
   * @returns how many
   */
  replaceAll(documents: AsyncIterable<readonly SearchDocument[]>, version: number): Promise<number>;
}
