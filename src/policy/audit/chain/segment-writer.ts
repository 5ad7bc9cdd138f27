import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseUnavailableError, type DedicatedConnection } from '../../../platform/index.js';
import { type ChainEnd, chained, NO_RECORDS } from './chain.js';
import type { ChainedRecord, Draft } from './record.js';
import { SegmentSql } from './segment-sql.js';
import { signedDraft } from './signed-draft.js';

/** What a writer needs of the rest. */
export interface WriterSurroundings {
  connect(): DedicatedConnection;
  installation(): Promise<string>;
  sign(text: string): Promise<string>;
}

/** How many changes are chained at once. */
const CHANGES_AT_ONCE = 500;
/** Records that are chained while PostgreSQL takes in those before. */
const CHAINED_AT_ONCE = 500;
/** How long a new connection waits for the lock that the one before it had: a second. */
const MAX_LOCK_TRIES = 20;
const LOCK_PAUSE_MS = 50;

/**
 * Writes one segment after the other: a chain of its own for this process, so that processes need not wait for each other. The lock of a
 * segment is of a session, so it ends with the process, and whoever gets it may close what that one left.
 *
 * One call at a time.
 */
export class SegmentWriter {
  private sql: SegmentSql | undefined;
  private segment: string | undefined;
  private end: ChainEnd = NO_RECORDS;
  /** Where the chain ends if the last write, which failed, was done all the same; and the batch that it was, unless of changes. */
  private doubtful: { readonly end: ChainEnd; readonly drafts?: readonly Draft[] } | undefined;
  /** A batch that was found to be written when its write had failed. */
  private written: readonly Draft[] | undefined;
  private lastPid: number | undefined;

  constructor(private readonly around: WriterSurroundings) {}

  /** The segment that is written now; undefined before the first record. */
  get current(): string | undefined {
    return this.segment;
  }

  /**
   * Writes a batch, in one transaction. To try again give the same array: if it was written after all, that is noticed.
   * @throws {DatabaseUnavailableError} and what PostgreSQL refuses by; the chain is as it was
   */
  write(drafts: readonly Draft[]): Promise<void> {
    return this.guarded(async () => {
      const sql = await this.ready();
      if (this.written !== drafts) await this.append(sql, drafts);
      this.written = undefined;
    });
  }

  /**
   * Gives waiting changes their places.
   * @returns how many, and whether there may be more
   * @throws as {@link write}
   */
  chainChanges(): Promise<{ count: number; mayBeMore: boolean }> {
    return this.guarded(async () => {
      const sql = await this.ready();
      await sql.begin();
      const changes = await sql.takeChanges(CHANGES_AT_ONCE);
      if (changes.length > 0) {
        const next = chained(this.end, changes.map(draftOfChange));
        this.doubtful = { end: next.end };
        await sql.insert(this.segment!, [next.records]);
        await sql.commit();
        this.settle(next.end);
      } else await sql.rollback();
      return { count: changes.length, mayBeMore: changes.length === CHANGES_AT_ONCE };
    });
  }

  /** Closes segments whose processes are gone. @returns how many */
  closeAbandoned(): Promise<number> {
    return this.guarded(async () => {
      const sql = await this.ready();
      let closed = 0;
      for (const segment of await sql.openSegments()) {
        if (segment === this.segment || !(await sql.tryLock(segment))) continue;
        if (await sql.isOpen(segment)) {
          const end = await sql.endOf(segment);
          // Of one that retention ended as a whole no record is there that another could follow.
          if (end === NO_RECORDS) await sql.closeSegment(segment);
          else await this.close(sql, segment, end, 'its process ended');
          closed += 1;
        }
        await sql.unlock(segment);
      }
      return closed;
    });
  }

  /** Closes the segment, if it can. */
  async stop(): Promise<void> {
    try {
      if (this.segment !== undefined && this.doubtful === undefined && this.sql !== undefined)
        await this.close(this.sql, this.segment, this.end, 'the process stopped');
    } catch {
      // Another process closes it.
    }
    await this.sql?.connection.close();
    this.sql = undefined;
    this.segment = undefined;
  }

  private async append(sql: SegmentSql, drafts: readonly Draft[]): Promise<void> {
    let { end } = this;
    const chaining = function* (this: SegmentWriter): Generator<readonly ChainedRecord[]> {
      for (let at = 0; at < drafts.length; at += CHAINED_AT_ONCE) {
        const next = chained(end, drafts.slice(at, at + CHAINED_AT_ONCE));
        end = next.end;
        this.doubtful = { end, drafts };
        yield next.records;
      }
    };
    await sql.insert(this.segment!, chaining.call(this));
    this.settle(end);
  }

  private settle(end: ChainEnd): void {
    this.end = end;
    this.doubtful = undefined;
  }

  /** A connection that holds the lock of an open segment. */
  private async ready(): Promise<SegmentSql> {
    if (this.sql !== undefined && !this.sql.connection.isOver) return this.sql;
    // It broke while nobody used it.
    await this.sql?.connection.close();
    this.sql = undefined;
    const sql = new SegmentSql(this.around.connect());
    try {
      if (this.segment !== undefined) await this.resume(sql, this.segment);
      if (this.segment === undefined) await this.open(sql);
    } catch (error) {
      await sql.connection.close();
      throw error;
    }
    this.lastPid = sql.connection.pid;
    this.sql = sql;
    return sql;
  }

  /** Goes on with a segment after its connection was lost. Once the lock is had the old session is over, and what it did is decided. */
  private async resume(sql: SegmentSql, segment: string): Promise<void> {
    if (this.lastPid !== undefined) await sql.endSession(this.lastPid);
    let isHeld = await sql.tryLock(segment);
    let isOpen = await sql.isOpen(segment);
    // A session is not over the moment that it is told to end.
    for (let tries = 0; isOpen && !isHeld && tries < MAX_LOCK_TRIES; tries++) {
      await pause(LOCK_PAUSE_MS);
      isHeld = await sql.tryLock(segment);
      isOpen = await sql.isOpen(segment);
    }
    // Locked by another session: another process is about to close it, or the old session is not quite over.
    if (!isHeld && isOpen) throw new DatabaseUnavailableError('the session before is not over');
    if (this.doubtful !== undefined && (await sql.has(segment, this.doubtful.end))) {
      this.written = this.doubtful.drafts;
      this.end = this.doubtful.end;
    }
    this.doubtful = undefined;
    if (isOpen) return;
    if (isHeld) await sql.unlock(segment);
    this.segment = undefined;
  }

  private async open(sql: SegmentSql): Promise<void> {
    const segment = randomUUID();
    if (!(await sql.tryLock(segment))) throw new DatabaseUnavailableError('a lock is taken');
    const after = await sql.heads();
    const said = { segment, installation: await this.around.installation(), process: processName(), after };
    const opening = chained(NO_RECORDS, [await signedDraft('opened', said, this.around)]);
    await sql.begin();
    await sql.insertSegment(segment, processName());
    await sql.insert(segment, [opening.records]);
    await sql.commit();
    this.segment = segment;
    this.settle(opening.end);
  }

  private async close(sql: SegmentSql, segment: string, end: ChainEnd, reason: string): Promise<void> {
    const said = { segment, by: this.segment, records: end.seq + 1, reason };
    const closing = chained(end, [await signedDraft('closed', said, this.around)]);
    await sql.begin();
    await sql.insert(segment, [closing.records]);
    await sql.closeSegment(segment);
    await sql.commit();
  }

  /** A connection on which anything failed is of no use: what its session began ends with it. */
  private async guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { sql } = this;
      this.sql = undefined;
      await sql?.connection.close();
      throw error;
    }
  }
}

function draftOfChange({ at, body }: { readonly at: Date; readonly body: string }): Draft {
  return { kind: 'change', at: at.getTime(), said: JSON.parse(body) as Record<string, unknown> };
}

function processName(): string {
  return `${hostname()}:${process.pid}`;
}
