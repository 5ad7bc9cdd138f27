import type { RunEvent } from '@cairn/openlineage-client';
import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { IngestionService } from '../../../lineage/index.js';
import { DomainError, type Lease, LOGGER, type Logger } from '../../../platform/index.js';
import { AccessDeniedError } from '../../../policy/index.js';
import { isTransient } from '../../emission/is-transient.js';
import { SourcePrincipal } from '../../emission/source-principal.js';
import { kubernetesDelay, kubernetesEvents } from '../metrics.js';
import { ObjectRepository, type PendingObject, type Told } from '../object.repository.js';
import type { Kind } from '../objects/kinds.js';
import type { Cluster } from './cluster.js';
import { KnownObjects } from './known-objects.js';
import { contentHash, eventsOf, type ObjectEvents, withoutOutputs } from './object-events.js';
import { type Plan, planOf } from './plan.js';

/** Objects that are told of at once. */
const BATCH = 500;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 600_000;
/** A change that is older when it is seen was not seen as it came: it says nothing of the delay. */
const LIVE_MS = 60_000;

/**
 * Tells lineage of objects, by the door that every producer's events take, as the principal KUBERNETES_SOURCE_SUBJECT. What was told is
 * kept after it is in the event log: a crash in between tells the same once more, and the log knows it.
 */
@Injectable()
export class Teller {
  constructor(
    private readonly objects: ObjectRepository,
    private readonly ingestion: IngestionService,
    private readonly principal: SourcePrincipal,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Tells of some objects that wait for it.
   * @param isCurrent whether what is known of a kind is what is there
   * @returns how many were looked at
   * @throws what may pass: the same is told again then
   */
  async tell(lease: Lease, cluster: Cluster, isCurrent: (kind: Kind) => boolean): Promise<number> {
    const pending = await this.objects.pending(cluster.uid, BATCH);
    if (pending.length === 0) return 0;
    const caller = await this.principal.now('KUBERNETES_SOURCE_SUBJECT');
    const known = await KnownObjects.around(
      pending.map(({ observation }) => observation),
      cluster.uid,
      this.objects,
    );
    const outcomes = await Promise.allSettled(
      pending.map((object) => this.tellOf(caller, cluster, object, planOf(object, known, isCurrent))),
    );
    const told = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    if (told.length > 0) await this.objects.told(lease, cluster.uid, told);
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;
    return pending.length;
  }

  private async tellOf(
    caller: Principal,
    cluster: Cluster,
    object: PendingObject,
    plan: Plan,
  ): Promise<Told> {
    const { hasStarted, progressHash, hasEnded } = object;
    const before = { object, hasStarted, progressHash, hasEnded };
    if (plan.type === 'wait') return { ...before, again: { afterMs: plan.afterMs } };
    const { start, progress, end } = newOf(
      object,
      eventsOf(cluster, object.observation, plan.life, plan.chain),
    );
    try {
      const events = [start, progress, end].filter((event) => event !== undefined);
      await Promise.all(events.map((event) => this.emit(caller, object.observation.kind, event)));
    } catch (error) {
      if (!(error instanceof DomainError) || isTransient(error)) throw error;
      this.log.warn({ refusal: error.message }, 'kubernetes: an object is refused');
      const afterMs = Math.min(FIRST_RETRY_MS * 2 ** object.tries, MAX_RETRY_MS);
      return { ...before, again: { afterMs, problem: error.message } };
    }
    return {
      object,
      hasStarted: hasStarted || start !== undefined,
      progressHash: progress ? contentHash(progress) : progressHash,
      hasEnded: hasEnded || end !== undefined,
    };
  }

  private async emit(caller: Principal, kind: Kind, event: RunEvent): Promise<void> {
    const type = event.eventType!;
    try {
      await this.ingest(caller, event);
    } catch (error) {
      if (!isTransient(error)) kubernetesEvents.inc({ kind, type, outcome: 'refused' });
      throw error;
    }
    kubernetesEvents.inc({ kind, type, outcome: 'stored' });
    const delayMs = Date.now() - Date.parse(event.eventTime);
    if (delayMs < LIVE_MS) kubernetesDelay.observe({ kind }, delayMs / 1000);
  }

  /** An annotation that claims what its writer may not emit about must not hide what the workload does. */
  private async ingest(caller: Principal, event: RunEvent): Promise<void> {
    try {
      await this.ingestion.ingest(caller, structuredClone(event));
    } catch (error) {
      if (!(error instanceof AccessDeniedError) || (event.outputs ?? []).length === 0) throw error;
      await this.ingestion.ingest(caller, withoutOutputs(event, error.message));
    }
  }
}

/** What of an object's events was not told yet. Once it has ended there is nothing more to tell. */
function newOf(
  { hasStarted, progressHash, hasEnded }: PendingObject,
  { start, progress, end }: ObjectEvents,
): ObjectEvents {
  if (hasEnded) return {};
  return {
    ...(start && !hasStarted && { start }),
    ...(progress && contentHash(progress) !== progressHash && { progress }),
    ...(end && { end }),
  };
}
