import { Inject, Injectable } from '@nestjs/common';
import pLimit from 'p-limit';
import { z } from 'zod';
import { heldGroups, type Principal, PrincipalService, subjectOf } from '../../identity/index.js';
import { InvalidInputError, NotFoundError, validate } from '../../platform/index.js';
import type { BundleFile } from '../bundle/bundle.js';
import { loadBundle } from '../bundle/load-bundle.js';
import { PolicyBundleError } from '../bundle/policy-bundle-error.js';
import { CONTEXT } from '../cases/context.js';
import { BundleChecks } from '../check/aside/bundle-checks.js';
import { findingsIn } from '../check/check-bundle.js';
import { type PolicyCheck, unreadable } from '../check/inspect-bundle.js';
import { isAttribute, type PolicyContext } from '../condition/attributes.js';
import { CompiledPolicy } from '../decision/compiled-policy.js';
import { POLICY_FILES, siftTexts } from '../delivery/sift-files.js';
import type { Candidate } from '../diff/classes.js';
import { comparePolicies, type PolicyDifference } from '../diff/compare-policies.js';
import { GOVERNED_ASSETS, type GovernedAssets } from '../diff/governed-assets.js';
import { type Explanation, explain } from '../explain/explain.js';
import { LivePolicy } from '../live-policy.js';
import { askedUnder, decideUnder } from '../overlay/emergency.js';
import { Policy } from '../policy.service.js';
import { ACTIONS, KINDS, systemResource } from '../vocabulary.js';
import { InspectionBusyError } from './errors.js';
import { inspectionSeconds } from './metrics.js';

/** Principals of the database that a comparison looks at; the others count as what their groups and everybody gain or lose. */
const MAX_PRINCIPALS = 20_000;
/** Inspections that wait for the one under way. */
const MAX_WAITING = 4;

const ASKED = z.object({
  subject: z
    .string()
    .max(300)
    .regex(/^(user|service):./s, 'must be user:NAME or service:NAME'),
  groups: z.array(z.string().max(300).startsWith('group:')).max(200).nullish(),
  action: z.enum(ACTIONS),
  assetId: z.uuid().nullish(),
  namespace: z.string().max(300).nullish(),
  kind: z.enum(KINDS).nullish(),
  name: z.string().min(1).max(1_000).nullish(),
  tags: z.array(z.string().max(200)).max(100).nullish(),
});

/** What a security team asks of policies: of files before they take effect, and of the one that answers. For administrators of `system/policy`. */
@Injectable()
export class PolicyInspection {
  private readonly turns = pLimit(1);

  constructor(
    private readonly policy: Policy,
    private readonly live: LivePolicy,
    private readonly checks: BundleChecks,
    private readonly principals: PrincipalService,
    @Inject(GOVERNED_ASSETS) private readonly assets: GovernedAssets,
  ) {}

  /** Loads, lints and tests files, and takes out one line after the other. Nothing takes effect. */
  async check(caller: Principal, given: unknown): Promise<PolicyCheck> {
    await this.authorize(caller);
    const texts = validate(POLICY_FILES, given, 'files');
    let files: readonly BundleFile[];
    try {
      ({ files } = siftTexts(texts));
    } catch (error) {
      if (error instanceof PolicyBundleError) return unreadable(findingsIn(error));
      throw error;
    }
    return this.inTurn('check', () => this.checks.inspect(files));
  }

  /**
   * Who would gain or lose what if files took the place of the files that answer; what is granted beside them stays.
   * @param context what every request is taken to say, e.g. `purpose`; beside what is known of each principal
   * @throws {PolicyBundleError} when the files cannot be read as a policy
   */
  async compare(caller: Principal, given: unknown, context: unknown): Promise<PolicyDifference> {
    await this.authorize(caller);
    const { files } = siftTexts(validate(POLICY_FILES, given, 'files'));
    const { now, ...said } = contextOf(context);
    return this.inTurn('diff', async () => {
      const known = (await this.principals.enabled(MAX_PRINCIPALS)).map((principal) =>
        candidateOf(principal, said),
      );
      const next = new CompiledPolicy(loadBundle(files));
      return comparePolicies(this.live.current, next, { known, said, now }, this.assets);
    });
  }

  /**
   * Why the service answers somebody as it does, by the files, grants and emergencies, and which rules miss by one column. Nothing is logged.
   */
  async explain(caller: Principal, given: unknown, context: unknown): Promise<Explanation> {
    await this.authorize(caller);
    const { subject, groups, action, ...object } = validate(ASKED, given, 'input');
    const resource = await this.resourceOf(object);
    const principal = await this.principals.named(subject);
    const known = principal && candidateOf(principal, {});
    const asked = {
      ...{ subject, action, ...resource },
      groups: groups ?? known?.groups ?? [],
      context: { ...known?.context, ...contextOf(context) },
      appliesMasks: true,
    };
    return this.inTurn('explain', async () => {
      const { answering } = this.live;
      return explain(answering.policy, askedUnder(answering, asked), decideUnder(answering, asked));
    });
  }

  private async resourceOf({
    assetId,
    namespace,
    kind,
    name,
    tags,
  }: Omit<z.output<typeof ASKED>, 'subject' | 'groups' | 'action'>) {
    if (typeof assetId === 'string') {
      if (namespace ?? kind ?? name ?? tags)
        throw new InvalidInputError(
          'input.assetId',
          'stands for namespace, kind, name and tags; give it or them',
        );
      const asset = await this.assets.find(assetId);
      if (asset === undefined) throw new NotFoundError('Asset', assetId);
      const { id: _, ...resource } = asset;
      return resource;
    }
    if (typeof namespace !== 'string' || typeof kind !== 'string' || typeof name !== 'string')
      throw new InvalidInputError('input', 'must have assetId, or namespace, kind and name');
    return { namespace, kind, name, tags: tags ?? [] };
  }

  private authorize(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', systemResource('policy'));
  }

  /** One at a time, so that those who ask for decisions wait for one of these at most. @throws {InspectionBusyError} */
  private async inTurn<T>(kind: 'check' | 'diff' | 'explain', work: () => Promise<T>): Promise<T> {
    if (this.turns.pendingCount >= MAX_WAITING) throw new InspectionBusyError();
    return this.turns(async () => {
      const stop = inspectionSeconds.startTimer({ kind });
      try {
        return await work();
      } finally {
        stop();
      }
    });
  }
}

function candidateOf(principal: Principal, said: Omit<PolicyContext, 'now'>): Candidate {
  const label = subjectOf(principal);
  const attributes = Object.entries(principal.attributes).filter(
    ([name]) => isAttribute(name) && name !== 'now',
  );
  return {
    ...{ label, subject: label },
    groups: heldGroups(principal).map((group) => `group:${group}`),
    context: { ...Object.fromEntries(attributes), ...said },
  };
}

/** @throws {InvalidInputError} naming the attribute */
function contextOf(given: unknown): PolicyContext {
  const present = Object.entries((given ?? {}) as object).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  const { now, ...said } = validate(CONTEXT, Object.fromEntries(present), 'context');
  return { ...said, now: now === undefined ? new Date() : new Date(now) };
}
