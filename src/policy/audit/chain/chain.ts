import { bodyOf, type ChainedRecord, chainHash, columnsOf, type Draft, NO_HASH } from './record.js';

/** Where a chain ends. Immutable: a batch that could not be written leaves the chain as it was. */
export interface ChainEnd {
  /** Of the last record; −1 when there is none. */
  readonly seq: number;
  readonly hash: Buffer;
  /** Its time; no record is earlier than the one before. */
  readonly at: number;
}

export const NO_RECORDS: ChainEnd = { seq: -1, hash: NO_HASH, at: 0 };

/** Gives records their places behind an end. */
export function chained(
  end: ChainEnd,
  drafts: readonly Draft[],
): { readonly records: ChainedRecord[]; readonly end: ChainEnd } {
  let { seq, hash, at } = end;
  const records = drafts.map((draft) => {
    at = Math.max(at, draft.at);
    const placed = { ...draft, at };
    const body = bodyOf(placed);
    hash = chainHash(hash, body);
    seq += 1;
    return { kind: draft.kind, seq, at, hash, columns: columnsOf(placed), body };
  });
  return { records, end: { seq, hash, at } };
}
