import { Injectable } from '@nestjs/common';
import { type Asset, AssetService } from '../../../catalog/index.js';
import { type Principal, subjectOf } from '../../../identity/index.js';
import {
  AlreadyExistsError,
  Database,
  InvalidInputError,
  NotFoundError,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  validate,
} from '../../../platform/index.js';
import { AuditLog, Policy, systemResource } from '../../../policy/index.js';
import { canonicalJson } from '../../events/canonical-json.js';
import { PROJECTION_LOCK } from '../../log/event-log.repository.js';
import { Reconciler, type Resolution } from '../reconciler.js';
import { ALL_BUILTIN_RULES, type BuiltinRule } from './builtin-rules.js';
import { CompiledRules } from './compiled-rules.js';
import { definitionOf, REASON } from './rule-input.js';
import { type RuleRecord, RuleRepository } from './rule.repository.js';
import type { StoredRule } from './rule.js';

/** Rules of an installation that are in force at most: each is asked about each new name. */
const MAX_RULES = 500;
const MAX_SHOWN_NAMES = 200;

/** A name that would come to stand for another asset. */
export interface NameChange {
  readonly name: Asset;
  readonly from: Asset | null;
  /** Null when the asset is new, or the caller may not see it. */
  readonly to: Asset | null;
  /** The spelling of what it would stand for; null where the caller may not see it. */
  readonly toNamespace: string | null;
  readonly toName: string | null;
  readonly reason: string;
}

/** What a change of the rules would do. */
export interface RulePreview {
  /** How many names would come to stand for another asset than now. */
  readonly changes: number;
  /** Those that the caller may see, 200 at most. */
  readonly names: readonly NameChange[];
}

/** Rules by which names are of one asset. For administrators. */
@Injectable()
export class RuleService {
  constructor(
    private readonly database: Database,
    private readonly rules: RuleRepository,
    private readonly reconciler: Reconciler,
    private readonly assets: AssetService,
    private readonly policy: Policy,
    private readonly audit: AuditLog,
  ) {}

  /** The latest first, also those that were removed when they are asked for. */
  async list(caller: Principal, withRemoved: boolean, args: PageArgs): Promise<Page<RuleRecord>> {
    await this.authorize(caller);
    const request = numberedPageRequest(args);
    const rows = await this.rules.list(!withRemoved, request.after?.[0] ?? null, request.limit);
    return pageOf(rows, request, ({ id }) => [id]);
  }

  /** The rules that come with Cairn, in the order of their application. */
  async builtin(caller: Principal): Promise<(BuiltinRule & { readonly isOff: boolean })[]> {
    await this.authorize(caller);
    const off = new Set(
      (await this.rules.inForce()).flatMap(({ definition }) =>
        definition.kind === 'off' ? [definition.rule] : [],
      ),
    );
    return ALL_BUILTIN_RULES.map((rule) => ({ ...rule, isOff: off.has(rule.id) }));
  }

  /** What a rule would do, if it were added now. Nothing is changed. @throws {InvalidInputError} naming field and rule */
  async preview(caller: Principal, input: unknown): Promise<RulePreview> {
    await this.authorize(caller);
    const definition = definitionOf(input);
    const rules = await this.rules.inForce();
    return this.previewOf(caller, [...rules, { id: NEXT_ID, definition }]);
  }

  /** What removing a rule would do. Nothing is changed. @throws {NotFoundError} it is not in force */
  async previewRemoval(caller: Principal, id: string): Promise<RulePreview> {
    await this.authorize(caller);
    await this.inForce(id);
    return this.previewOf(
      caller,
      (await this.rules.inForce()).filter((rule) => rule.id !== id),
    );
  }

  /**
   * Adds a rule. The whole graph follows it, what is there already too; ingestion waits meanwhile.
   * @throws {InvalidInputError} naming field and rule @throws {AlreadyExistsError}
   */
  async add(
    caller: Principal,
    input: unknown,
    reason: string,
  ): Promise<{ rule: RuleRecord; changes: number }> {
    await this.authorize(caller);
    const definition = definitionOf(input);
    const why = validate(REASON, reason, 'reason');
    return this.alone(async () => {
      const rules = await this.rules.inForce();
      const same = rules.find((rule) => canonicalJson(rule.definition) === canonicalJson(definition));
      if (same !== undefined) throw new AlreadyExistsError('IdentityRule', same.id);
      if (rules.length >= MAX_RULES)
        throw new InvalidInputError('input', `must leave at most ${MAX_RULES} rules in force`);
      const rule = await this.rules.add(definition, subjectOf(caller), why);
      await this.audit.change(caller, {
        ...{
          action: 'identity-rule.added',
          on: 'identity-rule',
          name: rule.id,
          detail: { definition, reason: why },
        },
      });
      return { rule, changes: await this.reconciler.reconcile() };
    });
  }

  /** Removes a rule: the graph is as if it had never been there. @throws {NotFoundError} it is not in force */
  async remove(
    caller: Principal,
    id: string,
    reason: string,
  ): Promise<{ rule: RuleRecord; changes: number }> {
    await this.authorize(caller);
    const why = validate(REASON, reason, 'reason');
    return this.alone(async () => {
      await this.inForce(id);
      await this.rules.remove(id, subjectOf(caller), why);
      await this.audit.change(caller, {
        ...{ action: 'identity-rule.removed', on: 'identity-rule', name: id, detail: { reason: why } },
      });
      const changes = await this.reconciler.reconcile();
      return { rule: (await this.rules.find(id))!, changes };
    });
  }

  private async inForce(id: string): Promise<RuleRecord> {
    const rule = /^\d{1,18}$/.test(id) ? await this.rules.find(id) : undefined;
    if (rule === undefined || rule.removedAt !== null) throw new NotFoundError('IdentityRule', id);
    return rule;
  }

  private alone<T>(work: () => Promise<T>): Promise<T> {
    return this.database.run(async () => {
      await this.database.query('SELECT pg_advisory_xact_lock($1)', [PROJECTION_LOCK]);
      return work();
    });
  }

  private async previewOf(caller: Principal, rules: readonly StoredRule[]): Promise<RulePreview> {
    const resolution = await this.reconciler.resolve(new CompiledRules(rules));
    const moved = [...resolution.changes.values()].filter(({ assetId, formerId }) => assetId !== formerId);
    const asked = moved.slice(0, 5 * MAX_SHOWN_NAMES);
    const visible = await this.assets.getVisible(
      caller,
      asked.flatMap(({ rawId, assetId, formerId }) => [rawId, assetId, formerId]),
    );
    const names = asked.flatMap((change) => changeOf(change, resolution, visible)).slice(0, MAX_SHOWN_NAMES);
    return { changes: moved.length, names };
  }

  private authorize(caller: Principal): Promise<void> {
    return this.policy.authorize(caller, 'administer', { ...systemResource('outbox'), name: 'lineage' });
  }
}

/** Greater than the id of any rule: a rule that is looked at beforehand would be the last. */
const NEXT_ID = '999999999999999999';

function changeOf(
  { rawId, assetId, formerId, reason }: { rawId: string; assetId: string; formerId: string; reason: string },
  { named, existing }: Resolution,
  visible: ReadonlyMap<string, Asset>,
): NameChange[] {
  const name = visible.get(rawId);
  if (name === undefined) return [];
  const to = visible.get(assetId) ?? null;
  const spelled = to !== null || !existing.has(assetId) ? named.get(assetId) : undefined;
  return [
    {
      name,
      from: visible.get(formerId) ?? null,
      to,
      toNamespace: spelled?.identityNamespace ?? null,
      toName: spelled?.identityName ?? null,
      reason,
    },
  ];
}
