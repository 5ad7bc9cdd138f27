import { randomUUID } from 'node:crypto';
import type { Lease, Logger } from '../../platform/index.js';
import { InvalidInputError } from '../../platform/index.js';
import type { ObjectRepository, Seen } from './object.repository.js';
import { nameOf, type Scope } from './objects/kinds.js';
import { observe } from './objects/observe.js';
import type { ReflectorSink } from './reflector/reflector.js';

/** How the reading of a scope goes. */
export interface ScopeReport {
  /** When all of it was last listed. */
  readonly listedAt?: string;
  readonly problem?: string;
  /** Objects that could not be read since then. */
  readonly unreadable: number;
}

/** Keeps what a reflector shows, and says that there may be something to tell. */
export class ObjectSink implements ReflectorSink {
  private list: string = randomUUID();
  private listedAt: Date | undefined;
  private problem: string | undefined;
  private unreadable = 0;

  /** @param kept told whenever something was kept */
  constructor(
    private readonly scope: Scope,
    private readonly lease: Lease,
    private readonly cluster: string,
    private readonly objects: ObjectRepository,
    private readonly log: Logger,
    private readonly kept: () => void,
  ) {}

  get report(): ScopeReport {
    return {
      unreadable: this.unreadable,
      ...(this.listedAt && { listedAt: this.listedAt.toISOString() }),
      ...(this.problem !== undefined && { problem: this.problem }),
    };
  }

  async listing(): Promise<void> {
    this.list = randomUUID();
    this.unreadable = 0;
  }

  present(objects: readonly unknown[]): Promise<void> {
    return this.changed(objects.map((object) => ({ object, isGone: false })));
  }

  async listed(): Promise<void> {
    const gone = await this.objects.markGone(this.lease, this.cluster, this.scope, this.list);
    this.listedAt = new Date();
    this.log.info({ scope: nameOf(this.scope), gone }, 'kubernetes: listed');
    this.kept();
  }

  async changed(changes: readonly { readonly object: unknown; readonly isGone: boolean }[]): Promise<void> {
    const seen: Seen[] = [];
    const unread: string[] = [];
    for (const { object, isGone } of changes) {
      try {
        seen.push({ observation: observe(this.scope.kind, object), isGone });
      } catch (error) {
        if (!(error instanceof InvalidInputError)) throw error;
        this.unreadable++;
        const uid = uidOf(object);
        if (uid !== undefined) unread.push(uid);
        this.log.warn({ uid, problem: error.message }, 'kubernetes: an object cannot be read');
      }
    }
    if (seen.length > 0) await this.objects.put(this.lease, this.cluster, this.list, seen);
    if (unread.length > 0) await this.objects.touch(this.lease, this.cluster, this.list, unread);
    if (seen.length > 0) this.kept();
  }

  trouble(problem: string | undefined): void {
    if (problem !== undefined && problem !== this.problem)
      this.log.warn({ scope: nameOf(this.scope), problem }, 'kubernetes: reading is held up');
    this.problem = problem;
  }
}

function uidOf(object: unknown): string | undefined {
  const uid = (object as { metadata?: { uid?: unknown } } | null)?.metadata?.uid;
  return typeof uid === 'string' ? uid : undefined;
}
