import { Injectable } from '@nestjs/common';
import { type Principal, subjectOf } from '../../identity/index.js';
import { AccessDeniedError } from '../access-denied-error.js';
import { rulesOf, tagsOf } from '../bundle/rules.js';
import { LivePolicy } from '../live-policy.js';
import { type Plan, planMatchesAnyName } from '../plan/plan.js';
import { Policy } from '../policy.service.js';
import { NotAReviewerError } from '../requests/errors.js';
import { ASSET_KINDS, systemResource, UNCLASSIFIED } from '../vocabulary.js';
import type { Target } from './target.js';

/** What a target is reviewed as: `tags` of what bears the name there now. */
export type Reviewed = Target & { readonly tags: readonly string[] | null };

/**
 * Who decides on access to something: people who may `manage` it by the policy files, all of it where it is a namespace. Of them not the
 * one who asks, and for grants none who administers the policy files.
 */
@Injectable()
export class Reviewers {
  constructor(
    private readonly policy: Policy,
    private readonly live: LivePolicy,
  ) {}

  /**
   * @param own who has an interest in it: they do not decide
   * @throws {NotAReviewerError} @throws {AccessDeniedError}
   */
  async authorize(
    caller: Principal,
    target: Reviewed,
    { id, own }: { id: string; own: string },
  ): Promise<void> {
    await this.authorizeManagement(caller, target);
    const subject = subjectOf(caller);
    this.assertAnotherPerson(caller, { id, own });
    if (!this.managesByFiles(caller, target)) throw new NotAReviewerError(subject, id, 'not by the files');
  }

  /** Of an emergency who administers the policy may say what they think as well. @throws as {@link authorize} */
  async authorizeReview(caller: Principal, target: Reviewed, of: { id: string; own: string }): Promise<void> {
    this.assertAnotherPerson(caller, of);
    if (this.isPolicyOwner(caller))
      return this.policy.authorize(caller, 'administer', systemResource('policy'));
    return this.authorize(caller, target, of);
  }

  /** Whether somebody may decide on it by what the files say. Nothing is logged. @param own as for {@link authorize} */
  mayDecide(caller: Principal, target: Reviewed, own: string): boolean {
    return this.isAnotherPerson(caller, own) && this.managesByFiles(caller, target);
  }

  /** {@link mayDecide} of an emergency. */
  mayReview(caller: Principal, target: Reviewed, own: string): boolean {
    return (
      this.isAnotherPerson(caller, own) && (this.isPolicyOwner(caller) || this.managesByFiles(caller, target))
    );
  }

  private isAnotherPerson(caller: Principal, own: string): boolean {
    return caller.kind === 'user' && subjectOf(caller) !== own;
  }

  private assertAnotherPerson(caller: Principal, { id, own }: { id: string; own: string }): void {
    const subject = subjectOf(caller);
    if (subject === own) throw new NotAReviewerError(subject, id, 'requester');
    if (caller.kind !== 'user') throw new NotAReviewerError(subject, id, 'program');
  }

  /** @throws {NotAReviewerError} */
  assertNoPolicyOwner(caller: Principal, id: string): void {
    if (this.isPolicyOwner(caller)) throw new NotAReviewerError(subjectOf(caller), id, 'policy owner');
  }

  /** Whether the files let somebody administer the policy, whatever their credential is for. */
  isPolicyOwner(caller: Principal): boolean {
    return this.policy.byFiles(caller, 'administer', systemResource('policy')).allowed;
  }

  /** Asks, and has it logged, whether the caller manages all of it. @throws {AccessDeniedError} */
  async authorizeManagement(caller: Principal, target: Reviewed): Promise<void> {
    const { namespace, kind, name, tags } = target;
    if (kind !== null && name !== null)
      return this.policy.authorize(caller, 'manage', { namespace, kind, name, tags: tags ?? [] });
    const { plan } = await this.policy.plan(caller, 'manage');
    if (this.isAllOf(plan, namespace)) return;
    throw new AccessDeniedError(
      subjectOf(caller),
      'manage',
      { namespace, kind: '*', name: '**' },
      {
        rules: [],
        reason: 'that is for who may manage all that stands there, whatever its classifications',
        bundleVersion: this.live.current.version,
      },
    );
  }

  /** Whether the files let somebody manage all of it. Nothing is logged. */
  managesByFiles(caller: Principal, target: Reviewed): boolean {
    return this.managing(caller)(target);
  }

  /**
   * Which requests and emergencies the caller may know of, to be asked of many: their own, those of what they manage by the files, and all
   * for who administers the policy. Nothing is logged.
   */
  knowing(caller: Principal): (target: Reviewed, own: string) => boolean {
    const subject = subjectOf(caller);
    if (this.isPolicyOwner(caller)) return () => true;
    const manages = this.managing(caller);
    return (target, own) => own === subject || manages(target);
  }

  /** A namespace is looked at once, however many ask about it. */
  private managing(caller: Principal): (target: Reviewed) => boolean {
    const known = new Map<string, boolean>();
    let plan: Plan | undefined;
    return ({ namespace, kind, name, tags }) => {
      if (kind !== null && name !== null)
        return this.policy.byFiles(caller, 'manage', { namespace, kind, name, tags: tags ?? [] }).allowed;
      plan ??= this.policy.planByFiles(caller, 'manage');
      const isManaged = known.get(namespace) ?? this.isAllOf(plan, namespace);
      known.set(namespace, isManaged);
      return isManaged;
    };
  }

  private isAllOf(plan: Plan, namespace: string): boolean {
    const { bundle } = this.live.current;
    const { namespaces, tags } = bundle;
    const named = new Set([...tags.names, ...rulesOf(bundle).flatMap(tagsOf)]);
    const classified = [[], [UNCLASSIFIED], ...[...named].map((tag) => [tag]), [...named]];
    return namespaces
      .withDescendants(namespace)
      .every((place) =>
        ASSET_KINDS.every((kind) =>
          classified.every((own) => planMatchesAnyName(plan, { namespace: place, kind, tags: own }) === true),
        ),
      );
  }
}
