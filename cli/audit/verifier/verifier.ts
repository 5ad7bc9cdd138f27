import {
  type EvidenceLine,
  type EvidenceRecord,
  parseJson,
  parseLine,
  type RootedSegment,
} from './evidence.js';
import { z } from 'zod';
import { type Gap, Gaps } from './gaps.js';
import type { Keys } from './keys.js';
import { TreeHash } from './merkle.js';
import { type Body, linkHash, problemOfRow } from './record-check.js';
import { RootChain } from './root-chain.js';

/** Something that is not as the service left it. */
export interface Problem {
  /** Of a record `SEGMENT:SEQ`, of a root `root NUMBER`; empty when it is of the whole. */
  readonly at: string;
  readonly what: string;
}

/** What was found. */
export interface Verdict {
  readonly isGenuine: boolean;
  readonly records: number;
  readonly segments: number;
  readonly roots: number;
  /** Records that retention ended. */
  readonly retired: number;
  /** Records that no root covers yet. */
  readonly unrooted: number;
  readonly lastRoot: { readonly number: number; readonly hash: string; readonly at: string } | undefined;
  /** In the order in which they were found, the first of them. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
}

interface Chain {
  seq: number;
  hash: string;
  isClosed: boolean;
  /** The gap that was not yet told what comes behind it. */
  gap?: Gap | undefined;
}

/** So many problems are told one by one. */
const MAX_PROBLEMS = 1_000;
/** What no root covers for longer than this is no minute's rest. */
const ROOT_LAG_MS = 3 * 60_000;
/** No change waits longer for its place. */
const CHANGE_LAG_MS = 60_000;
const START = '0'.repeat(64);
const BODY = z.record(z.string(), z.unknown());
const RETIRED = z.object({
  segments: z.array(z.object({ segment: z.string(), from: z.int(), to: z.int(), hash: z.string() })),
});
const AFTER = z.object({ after: z.array(z.object({ segment: z.string(), seq: z.int() })) });

/** Verifies evidence line by line. It keeps where each chain ends, and nothing of the records themselves. */
export class Verifier {
  private readonly chains = new Map<string, Chain>();
  private readonly roots: RootChain;
  private readonly gaps = new Gaps();
  private readonly problems: Problem[] = [];
  private problemCount = 0;
  private readonly seen = new Map<string, number>();
  private due: RootedSegment[] = [];
  private tree = new TreeHash();
  private isTreeWhole = true;
  private head: Extract<EvidenceLine, { type: 'log' }> | undefined;
  private hasEnded = false;
  private isBehindRoots = false;
  records = 0;
  private unrooted = 0;

  /** @param keys whose signatures are believed @param pin a root that was noted before: `NUMBER:HASH` */
  constructor(
    private readonly keys: Keys,
    pin?: { readonly number: number; readonly hash: string },
  ) {
    this.roots = new RootChain(keys, (at, what) => this.tell(at, what), pin);
  }

  take(text: string): void {
    const line = parseLine(text);
    if (line === undefined) return this.tell('', `a line is no evidence: ${text.slice(0, 100)}`);
    if (this.hasEnded) return this.tell('', 'there are lines behind the end');
    if (this.head === undefined && line.type !== 'log') return this.tell('', 'the evidence has no beginning');
    switch (line.type) {
      case 'log':
        this.head = line;
        return;
      case 'root':
        this.endRoot();
        this.due = [...this.roots.take(line, this.head!.installation)];
        this.beginEntry();
        return;
      case 'record':
        return this.takeRecord(line);
      case 'copy':
        this.endRoot();
        this.isBehindRoots = true;
        return this.roots.takeCopy(line);
      case 'waiting':
        if (this.isOlder(line.at, CHANGE_LAG_MS))
          this.tell(`change ${line.id}`, 'it was never given its place');
        return;
      case 'end':
        this.endRoot();
        this.hasEnded = true;
        return this.roots.end(line.roots);
    }
  }

  finish(): Verdict {
    if (!this.hasEnded) this.tell('', 'the evidence ends too early');
    for (const [segment, seq] of this.seen)
      if ((this.chains.get(segment)?.seq ?? -1) < seq)
        this.tell(`${segment}:${seq}`, 'it was there when a later segment was opened, and is missing');
    const { retired, problems } = this.gaps.settle();
    for (const { at, what } of problems) this.tell(at, what);
    return {
      isGenuine: this.problemCount === 0,
      ...{ records: this.records, segments: this.chains.size, retired, unrooted: this.unrooted },
      ...{ roots: this.roots.count, lastRoot: this.roots.last },
      ...{ problems: this.problems, problemCount: this.problemCount },
    };
  }

  private takeRecord(row: EvidenceRecord): void {
    this.records += 1;
    const id = `${row.segment}:${row.seq}`;
    const chain = this.chainOf(row.segment);
    while (!this.isBehindRoots && this.due.length > 0 && this.due[0]!.segment !== row.segment)
      this.endEntry();
    const entry = this.due[0];
    if (row.seq <= chain.seq) return this.tell(id, 'it is there twice, or was inserted');
    if (entry !== undefined && row.seq > entry.to)
      return this.tell(id, 'its place is beyond what its root covers');
    if (row.seq > chain.seq + 1) this.skip(row.segment, chain, row.seq - 1);
    this.link(id, chain, row);
    if (entry === undefined) {
      this.unrooted += 1;
      if (this.isOlder(row.at, ROOT_LAG_MS)) this.tell(id, 'no root covers it');
    } else {
      this.tree.add(Buffer.from(row.hash, 'hex'));
      if (row.seq === entry.to) this.endEntry();
    }
  }

  private link(id: string, chain: Chain, row: EvidenceRecord): void {
    const body = parseJson(BODY, row.body);
    if (chain.isClosed) this.tell(id, 'its segment was closed before it');
    if (chain.gap !== undefined) chain.gap.next = { body: row.body, hash: row.hash };
    else if (linkHash(chain.hash, row.body) !== row.hash)
      this.tell(id, 'it was edited, or is not the one that followed');
    const problem = problemOfRow(row, body, this.head!.installation, this.keys);
    if (problem !== undefined) this.tell(id, problem);
    else this.heed(row.kind, body!);
    chain.gap = undefined;
    chain.seq = row.seq;
    chain.hash = row.hash;
    chain.isClosed = row.kind === 'closed';
  }

  private heed(kind: string, body: Body): void {
    if (kind === 'retired')
      for (const ended of RETIRED.safeParse(body).data?.segments ?? []) this.gaps.retire(ended);
    if (kind !== 'opened') return;
    for (const { segment, seq } of AFTER.safeParse(body).data?.after ?? [])
      this.seen.set(segment, Math.max(seq, this.seen.get(segment) ?? -1));
  }

  private skip(segment: string, chain: Chain, to: number): void {
    chain.gap = this.gaps.add(segment, chain.seq + 1, to) ?? chain.gap;
    this.isTreeWhole = false;
    chain.seq = to;
  }

  private beginEntry(): void {
    this.tree = new TreeHash();
    this.isTreeWhole = true;
  }

  /** The records of one segment in a root have come. */
  private endEntry(): void {
    const entry = this.due.shift()!;
    const chain = this.chainOf(entry.segment);
    if (chain.seq < entry.to) this.skip(entry.segment, chain, entry.to);
    else if (chain.hash !== entry.head)
      this.tell(
        `${entry.segment}:${entry.to}`,
        `it is not the one that root ${this.roots.count} was signed for`,
      );
    else if (this.isTreeWhole && this.tree.hex() !== entry.tree)
      this.tell(
        `${entry.segment}:${entry.from}`,
        `records up to ${entry.to} are not those that root ${this.roots.count} was signed for`,
      );
    this.beginEntry();
  }

  private endRoot(): void {
    while (this.due.length > 0) this.endEntry();
  }

  private chainOf(segment: string): Chain {
    const chain = this.chains.get(segment) ?? { seq: -1, hash: START, isClosed: false };
    this.chains.set(segment, chain);
    return chain;
  }

  private isOlder(at: string, ms: number): boolean {
    return Date.parse(this.head!.at) - Date.parse(at) > ms;
  }

  private tell(at: string, what: string): void {
    this.problemCount += 1;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ at, what });
  }
}
