import { linkHash } from './record-check.js';

/** Records that are not there, `from` to `to`. */
export interface Gap {
  readonly segment: string;
  readonly from: number;
  to: number;
  /** The record behind it, whose link can be checked when it is known what the gap ended with. */
  next?: { readonly body: string; readonly hash: string };
}

/** What a `retired` record says of one segment. */
export interface Retired {
  readonly segment: string;
  readonly from: number;
  readonly to: number;
  /** Of the last of them. */
  readonly hash: string;
}

/** So many gaps are told one by one. */
const MAX_GAPS = 10_000;

/** Records that are missing, until it is known which of them retention ended. */
export class Gaps {
  private readonly gaps: Gap[] = [];
  private readonly retired = new Map<string, Retired[]>();
  /** Gaps beyond those that are kept. */
  private dropped = 0;

  /** @returns the gap, to be told what comes behind it */
  add(segment: string, from: number, to: number): Gap | undefined {
    const last = this.gaps.findLast((gap) => gap.segment === segment);
    if (last !== undefined && last.to === from - 1 && last.next === undefined) {
      last.to = to;
      return last;
    }
    if (this.gaps.length === MAX_GAPS) {
      this.dropped += 1;
      return undefined;
    }
    const gap = { segment, from, to };
    this.gaps.push(gap);
    return gap;
  }

  retire(ended: Retired): void {
    this.retired.set(ended.segment, [...(this.retired.get(ended.segment) ?? []), ended]);
  }

  /** @returns how many records were retired, and what is wrong: the record, and why */
  settle(): { retired: number; problems: { readonly at: string; readonly what: string }[] } {
    let retired = 0;
    const problems: { at: string; what: string }[] = [];
    for (const { segment, from, to, next } of this.gaps) {
      let covered = from;
      let hash: string | undefined;
      for (const ended of [...(this.retired.get(segment) ?? [])].sort((a, b) => a.from - b.from))
        if (ended.from <= covered && ended.to >= covered) [covered, hash] = [ended.to + 1, ended.hash];
      retired += Math.max(0, Math.min(covered, to + 1) - from);
      if (covered <= to) {
        const range = covered === to ? `record ${to} is` : `records ${covered} to ${to} are`;
        problems.push({ at: `${segment}:${covered}`, what: `${range} missing` });
      } else if (next !== undefined && covered === to + 1 && linkHash(hash!, next.body) !== next.hash)
        problems.push({ at: `${segment}:${to + 1}`, what: 'it does not follow what retention ended' });
    }
    if (this.dropped > 0) problems.push({ at: '', what: `${this.dropped} more gaps` });
    return { retired, problems };
  }
}
