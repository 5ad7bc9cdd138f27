import { setImmediate as breathe } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Principal } from '../../identity/index.js';
import { InvalidInputError, validate } from '../../platform/index.js';
import type { Bundle } from '../bundle/bundle.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { BundleChecks } from '../check/aside/bundle-checks.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { refusedBundle } from '../delivery/refusal.js';
import { POLICY_FILES, siftTexts } from '../delivery/sift-files.js';
import { type Grant, withGrants } from '../overlay/grant.js';
import { OverlayRepository } from '../overlay/overlay.repository.js';
import { Policy } from '../policy.service.js';
import { readVersion } from '../versions/load-version.js';
import { VersionRepository } from '../versions/version.repository.js';
import { systemResource } from '../vocabulary.js';
import { LOGGED_DECISIONS, type LoggedDecision, type LoggedDecisions } from './logged-decisions.js';
import { ReplaySlot } from './replay-slot.js';
import { isObliged, Replay, type ReplayResult } from './replay.js';

const DAY_MS = 86_400_000;
const DEFAULT_MS = 7 * DAY_MS;
const MAX_DECISIONS = 2_000_000;
/** Versions that are loaded for the lists, masks and filters of their answers. */
const MAX_VERSIONS = 20;

const INSTANT = z.union([z.date(), z.iso.datetime({ offset: true }).transform((text) => new Date(text))]);
const INPUT = z.strictObject({ files: POLICY_FILES, from: INSTANT.optional(), to: INSTANT.optional() });

/** How far a simulation is. */
export interface SimulationProgress {
  readonly looked: number;
  readonly total: number;
}

/** What would have been answered otherwise. */
export interface Simulation extends ReplayResult {
  readonly version: string;
  readonly from: Date;
  readonly to: Date;
  /** Whether there was more in the log than is asked again at once: 2,000,000, the oldest first. */
  readonly isTruncated: boolean;
}

export type SimulationStep = { readonly progress: SimulationProgress } | { readonly result: Simulation };

/** Asks files that are no policy yet what the log says was asked, and tells every answer that would be another. */
@Injectable()
export class SimulationService {
  constructor(
    @Inject(LOGGED_DECISIONS) private readonly log: LoggedDecisions,
    private readonly policy: Policy,
    private readonly versions: VersionRepository,
    private readonly overlay: OverlayRepository,
    private readonly slot: ReplaySlot,
    private readonly checks: BundleChecks,
  ) {}

  /**
   * For who may administer policy: the log names who asked for what.
   * @returns progress, and at last the result
   * @throws {PolicyRefusedError} the files are no good policy; {@link ReplayBusyError}
   */
  async open(caller: Principal, input: unknown): Promise<AsyncGenerator<SimulationStep>> {
    await this.policy.authorize(caller, 'administer', systemResource('policy'));
    const {
      files,
      to = new Date(),
      from = new Date(to.getTime() - DEFAULT_MS),
    } = validate(INPUT, input, 'input');
    if (from >= to) throw new InvalidInputError('input.from', 'must be before input.to');
    const bundle = await this.candidateOf(files);
    return this.slot.hold(this.steps(bundle, from, to));
  }

  /** {@link open} to its end. */
  async simulate(caller: Principal, input: unknown): Promise<Simulation> {
    let last: SimulationStep | undefined;
    for await (const step of await this.open(caller, input)) last = step;
    return (last as { readonly result: Simulation }).result;
  }

  /** Grants are no part of the files, and hold beside the candidate as they held beside what answered. */
  private async *steps(bundle: Bundle, from: Date, to: Date): AsyncGenerator<SimulationStep> {
    const grants = await this.overlay.granted(from, to);
    const candidate = new CompiledPolicy(withGrants(bundle, grants));
    const total = await this.log.count(from, to);
    const versions = new Map<string, CompiledPolicy>();
    const replay = new Replay(candidate, versions);
    for await (const decisions of this.log.read(from, to)) {
      await this.loadVersions(decisions, versions, grants);
      replay.add(decisions);
      yield { progress: { looked: replay.seen, total: Math.max(total, replay.seen) } };
      await breathe(); // others' requests come first
      if (replay.seen >= MAX_DECISIONS) break;
    }
    const isTruncated = replay.seen >= MAX_DECISIONS && replay.seen < total;
    yield { result: { version: candidate.version, from, to, isTruncated, ...replay.result() } };
  }

  private async candidateOf(
    files: readonly { readonly path: string; readonly text: string }[],
  ): Promise<Bundle> {
    try {
      return (await this.checks.accept(siftTexts(files).files)).bundle;
    } catch (error) {
      throw error instanceof PolicyBundleError ? refusedBundle(error) : error;
    }
  }

  private async loadVersions(
    decisions: readonly (LoggedDecision | undefined)[],
    versions: Map<string, CompiledPolicy>,
    grants: readonly Grant[],
  ): Promise<void> {
    const needed = new Set(
      decisions.flatMap((one) => (one && (one.kind === undefined || isObliged(one)) ? one.bundle : [])),
    );
    for (const version of needed) {
      if (versions.has(version) || versions.size >= MAX_VERSIONS) continue;
      const stored = readVersion(await this.versions.find(version));
      if (stored === undefined) continue;
      versions.set(version, new CompiledPolicy(withGrants(stored.bundle, grants)));
    }
  }
}
