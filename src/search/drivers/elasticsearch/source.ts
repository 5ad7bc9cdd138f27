import type { SearchDocument } from '../../search-index.js';

/** Characters of one field that are searched. */
const MAX_FIELD_CHARS = 100_000;
/** Ends of a name that are told apart. */
const MAX_TAILS = 30;

/** A document as it lies in Elasticsearch. */
export interface Source {
  readonly assetId: string;
  readonly kind: string;
  readonly namespace: string;
  readonly tags: readonly string[];
  /** As it is: policy is asked by it. */
  readonly name: string;
  /** The same as it is searched, in one form of writing: full-width letters are as others. */
  readonly nameWords: string;
  readonly lowerName: string;
  /** What begins behind each separator of the name, in small letters: `marts.orders` and `orders` of `shop.marts.orders`. */
  readonly nameTails: readonly string[];
  readonly nameLength: number;
  readonly columns: string;
  /** What else the asset is found by: tags, namespaces, kind, other names. */
  readonly other: string;
  readonly description: string;
}

/** What lies beside the documents of an index, and is found by no word: the greatest version that was written to it. */
export interface Mark {
  readonly mark: number;
}
export const MARK_ID = 'mark';

export function sourceOf(document: SearchDocument): Source {
  const { assetId, kind, namespace, tags, name, identityNamespace, columns, otherNames, description } =
    document;
  const nameWords = name.normalize('NFKC');
  const lowerName = nameWords.toLowerCase();
  return {
    ...{ assetId, kind, namespace, tags, name, nameWords, lowerName },
    nameTails: tailsOf(lowerName),
    nameLength: Math.max(1, name.length),
    columns: bounded(columns.join(' ')),
    other: bounded([...tags, identityNamespace, namespace, kind, ...otherNames].join(' ')),
    description: bounded(description),
  };
}

function tailsOf(name: string): string[] {
  const tails = [...name.matchAll(/[^\p{L}\p{N}](?=[\p{L}\p{N}])/gu)].map(({ index, 0: separator }) =>
    name.slice(index + separator.length),
  );
  return tails.slice(-MAX_TAILS);
}

function bounded(text: string): string {
  return text.normalize('NFKC').slice(0, MAX_FIELD_CHARS).toWellFormed();
}
