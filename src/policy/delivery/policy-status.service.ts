import { Inject, Injectable } from '@nestjs/common';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  CONFIG,
  type Config,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
} from '../../platform/index.js';
import type { BundleFile } from '../bundle/bundle.js';
import { LivePolicy } from '../live-policy.js';
import { Policy } from '../policy.service.js';
import { PolicyFollower } from '../versions/policy-follower.js';
import type { LivePointer, PolicyMove } from '../versions/policy-version.js';
import { VersionRepository } from '../versions/version.repository.js';
import { systemResource } from '../vocabulary.js';
import type { Attempt } from './attempt.js';
import { AttemptRepository } from './attempt.repository.js';
import { isApplyOpen } from './apply-open.js';
import { BUNDLE_SOURCE, type BundleSource } from './bundle-source.js';
import { DeliveryService } from './delivery.service.js';

/** Where the policy is and how it got there. */
export interface PolicyStatus extends LivePointer {
  readonly source: string;
  /** Whether `applyPolicy` is open. */
  readonly isApplyOpen: boolean;
  /** Short names of the keys that files must be signed by; none when they need not be. */
  readonly keys: readonly string[];
  /** What answers in the replica that was asked. */
  readonly answering: {
    readonly version: string;
    readonly generation: number;
    readonly lagReason: string | undefined;
  };
}

/** What there is to see of the policy, for those who administer it. */
@Injectable()
export class PolicyStatusService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(BUNDLE_SOURCE) private readonly source: BundleSource,
    private readonly policy: Policy,
    private readonly live: LivePolicy,
    private readonly follower: PolicyFollower,
    private readonly versions: VersionRepository,
    private readonly attempts: AttemptRepository,
    private readonly deliveries: DeliveryService,
  ) {}

  async status(caller: Principal): Promise<PolicyStatus> {
    await this.authorize(caller);
    const pointer = await this.versions.live();
    return {
      ...pointer!, // nothing is served before the first
      source: this.source.name,
      isApplyOpen: isApplyOpen(this.config, this.source, this.deliveries.keys),
      keys: this.deliveries.keys.names,
      answering: {
        version: this.live.current.version,
        generation: this.follower.generation,
        lagReason: this.follower.lagReason,
      },
    };
  }

  /** Whether the caller administers the policy. Nothing is logged, and nothing told. */
  isFor(caller: Principal): boolean {
    return this.policy.explain(subjectOf(caller), 'administer', systemResource('policy'), caller).allowed;
  }

  /** The latest try of the source. Of a status that was given: it has been authorized. */
  lastOfSource(): Promise<Attempt | undefined> {
    return this.attempts.last({ source: this.source.name });
  }

  /** The latest try of anybody. Of a status that was given: it has been authorized. */
  last(): Promise<Attempt | undefined> {
    return this.attempts.last({});
  }

  /** The latest refused try of anybody. Of a status that was given: it has been authorized. */
  lastRefused(): Promise<Attempt | undefined> {
    return this.attempts.last({ outcome: 'refused' });
  }

  /** Latest first. Of a status that was given: it has been authorized. */
  async moves(args: PageArgs): Promise<Page<PolicyMove>> {
    const page = pageRequest<readonly [number]>(args, 1);
    return pageOf(await this.versions.moves(page), page, ({ generation }) => [generation]);
  }

  /** The files of a version, as they came. @throws {NotFoundError} */
  async files(caller: Principal, version: string): Promise<readonly BundleFile[]> {
    await this.authorize(caller);
    const stored = await this.versions.find(version);
    if (stored === undefined) throw new NotFoundError('Policy version', version);
    return stored.files;
  }

  private authorize(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('policy'));
  }
}
