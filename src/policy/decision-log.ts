import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  currentRequestId,
  Database,
  DomainError,
  HealthChecks,
  LOGGER,
  type Logger,
} from '../platform/index.js';
import type { PolicyContext } from './condition/attributes.js';
import type { Scope } from './decision/scope.js';
import type { Action } from './vocabulary.js';

/** One answer of policy, as it is kept. A plan for a list has no resource. */
export interface DecisionRecord {
  readonly subject: string;
  readonly action: Action;
  readonly namespace?: string;
  readonly kind?: string;
  readonly name?: string;
  /** Of the caller, as `group:NAME`. With tags and context it is all that the answer was made from. */
  readonly groups: readonly string[];
  /** Of the resource, not closed over their tree. */
  readonly tags?: readonly string[];
  readonly context: PolicyContext;
  /** What the caller's credential was for; absent for all that it may. */
  readonly scope?: Scope | null;
  readonly isAllowed: boolean;
  /** Ids of the rules that decided. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** Version of the bundle that answered. */
  readonly bundle: string;
}

/** Too many decisions wait to be written; none is taken until the database answers again. */
export class DecisionLogFullError extends DomainError {
  readonly kind = 'unavailable';
  constructor() {
    super('The decision log cannot be written; access is refused until it can. Try again later.');
  }
}

const FLUSH_EVERY_MS = 200;
const FLUSH_AT = 1_000;
/** Records that wait while the database is away; beyond it requests are refused rather than decided unlogged. */
const MAX_WAITING = 100_000;

/**
 * Keeps every decision. Records are written in batches, at most 200 ms after the answer; a process that is killed may lose
 * those of its last 200 ms.
 */
@Injectable()
export class DecisionLog implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private waiting: object[] = [];
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly database: Database,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('decisionLog', async () => ({
      isReady: !this.isFull,
      report: { waiting: this.waiting.length },
    }));
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Whether so many records wait that no further decision may be taken. */
  get isFull(): boolean {
    return this.waiting.length >= MAX_WAITING;
  }

  append(record: DecisionRecord): void {
    this.waiting.push({ ...record, decidedAt: new Date().toISOString(), requestId: currentRequestId() });
    if (this.waiting.length === FLUSH_AT) void this.flush();
  }

  /** Writes what waits. Records that could not be written wait on. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    const batch = this.waiting;
    if (batch.length === 0) return;
    this.waiting = [];
    try {
      await this.database.detached(
        `INSERT INTO policy_decision (decided_at, request_id, subject, action, namespace, kind, name, groups, tags, context, scope,
           is_allowed, rules, reason, bundle)
         SELECT r."decidedAt", r."requestId", r.subject, r.action, r.namespace, r.kind, r.name, r.groups, r.tags, r.context,
           r.scope, r."isAllowed", r.rules, r.reason, r.bundle
         FROM jsonb_to_recordset($1::jsonb) AS r ("decidedAt" timestamptz, "requestId" text, subject text, action text,
           namespace text, kind text, name text, groups jsonb, tags jsonb, context jsonb, scope jsonb, "isAllowed" boolean, rules text[],
           reason text, bundle text)`,
        [JSON.stringify(batch)],
      );
    } catch (error) {
      this.waiting = [...batch, ...this.waiting];
      this.log.error(
        { err: error, waiting: this.waiting.length },
        'policy: the decision log cannot be written',
      );
    }
  }
}
