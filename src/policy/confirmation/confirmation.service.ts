import { setImmediate as breathe } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { InvalidInputError, validate } from '../../platform/index.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { type Grant, withGrants } from '../overlay/grant.js';
import { OverlayRepository } from '../overlay/overlay.repository.js';
import { Policy } from '../policy.service.js';
import { LOGGED_DECISIONS, type LoggedDecisions } from '../simulation/logged-decisions.js';
import { ReplaySlot } from '../simulation/replay-slot.js';
import { readVersion } from '../versions/load-version.js';
import { VersionRepository } from '../versions/version.repository.js';
import { systemResource } from '../vocabulary.js';
import { confirm, type Discrepancy } from './confirm.js';

const DEFAULT_MS = 86_400_000;
const MAX_DECISIONS = 2_000_000;
/** Versions that are held ready at once. */
const MAX_VERSIONS = 20;
/** Discrepancies that are told; all are counted. */
const TOLD = 1_000;
/** So long after a grant began or ended, a replica may not have known of it. */
const GRANT_GRACE_MS = 1_000;

const INSTANT = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const QUERY = z.strictObject({ from: INSTANT.optional(), to: INSTANT.optional() });

/** Whether what the log says was answered follows from the policy and the input that it names. */
export interface Confirmation {
  readonly from: Date;
  readonly to: Date;
  /** Those that follow. */
  readonly confirmed: number;
  readonly discrepancyCount: number;
  /** The oldest first, up to 1,000. */
  readonly discrepancies: readonly Discrepancy[];
  /** Those whose policy is not kept, or not readable any more. */
  readonly unknownVersion: number;
  /** What the log has of them is not all that it takes. */
  readonly unreadable: number;
  /** Whether there was more than is asked again at once: 2,000,000, the oldest first. */
  readonly isTruncated: boolean;
}

export type ConfirmationStep =
  | { readonly progress: { readonly looked: number; readonly total: number } }
  | { readonly result: Confirmation };

/** Asks again what the log of decisions says was asked, of the policies that answered. */
@Injectable()
export class ConfirmationService {
  constructor(
    @Inject(LOGGED_DECISIONS) private readonly log: LoggedDecisions,
    private readonly policy: Policy,
    private readonly versions: VersionRepository,
    private readonly overlay: OverlayRepository,
    private readonly slot: ReplaySlot,
  ) {}

  /**
   * For who administers `system/audit`.
   * @param given `from`, by default a day before `to`, and `to`, by default now
   * @throws {ReplayBusyError}
   */
  async open(caller: Principal, given: unknown): Promise<AsyncGenerator<ConfirmationStep>> {
    await this.policy.authorize(caller, 'administer', systemResource('audit'));
    const { to = new Date(), from = new Date(to.getTime() - DEFAULT_MS) } = validate(QUERY, given);
    if (from >= to) throw new InvalidInputError('from', 'must be before to');
    return this.slot.hold(this.steps(from, to));
  }

  private async *steps(from: Date, to: Date): AsyncGenerator<ConfirmationStep> {
    const total = await this.log.count(from, to);
    const grants = await this.overlay.granted(new Date(from.getTime() - GRANT_GRACE_MS), to);
    const policies = new LRUCache<string, readonly CompiledPolicy[]>({
      max: MAX_VERSIONS,
      fetchMethod: (version) => this.answering(version, grants),
    });
    const count = { confirmed: 0, discrepancyCount: 0, unknownVersion: 0, unreadable: 0 };
    const discrepancies: Discrepancy[] = [];
    let looked = 0;
    for await (const decisions of this.log.read(from, to)) {
      for (const decision of decisions) {
        looked += 1;
        const answering = (decision && (await policies.fetch(decision.bundle))) ?? [];
        const found =
          decision === undefined ? 'unreadable' : answering.length > 0 && confirm(decision, answering);
        if (found === undefined) count.confirmed += 1;
        else if (found === false) count.unknownVersion += 1;
        else if (found === 'unreadable') count.unreadable += 1;
        else {
          count.discrepancyCount += 1;
          if (discrepancies.length < TOLD) discrepancies.push(found);
        }
      }
      yield { progress: { looked, total: Math.max(total, looked) } };
      await breathe(); // others' requests come first
      if (looked >= MAX_DECISIONS) break;
    }
    const isTruncated = looked >= MAX_DECISIONS && looked < total;
    yield { result: { from, to, ...count, discrepancies, isTruncated } };
  }

  /** The version, with the grants as they stood, and as replicas knew them at the latest and at the earliest; none when it is not kept. */
  private async answering(version: string, grants: readonly Grant[]): Promise<readonly CompiledPolicy[]> {
    const stored = readVersion(await this.versions.find(version));
    if (stored === undefined) return [];
    if (grants.length === 0) return [stored];
    const early = grants.map((grant) => ({ ...grant, until: later(grant.until) }));
    const late = grants
      .map((grant) => ({ ...grant, from: later(grant.from) }))
      .filter(({ from, until }) => from < until);
    return [grants, early, late].map((known) => new CompiledPolicy(withGrants(stored.bundle, known)));
  }
}

function later(instant: Date): Date {
  return new Date(instant.getTime() + GRANT_GRACE_MS);
}
