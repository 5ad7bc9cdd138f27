import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { idOfAsset } from '../projection/asset-ids.js';
import type { NamedAsset } from '../projection/identity.js';
import { IdentityRepository, type JobStatement } from './identity.repository.js';
import { ALL_BUILTIN_RULES } from './rules/builtin-rules.js';
import { CompiledRules } from './rules/compiled-rules.js';
import { RuleRepository } from './rules/rule.repository.js';

const MAX_KNOWN = 100_000;
const MAX_STATE_AGE_MS = 1_000;

/** What a name stands for. */
export interface Standing {
  readonly asset: NamedAsset;
  /** Ids of the rules by which it does, `symlinks` or `renames`, with commas. */
  readonly reason: string;
}

/** What one version of the rules makes of names. */
export interface Resolved {
  readonly version: string;
  readonly rules: CompiledRules;
  /** By the id of the name. Of jobs that are named by their statement none is known. */
  readonly standings: LRUCache<string, Standing>;
}

/** Raised when a rule that comes with Cairn comes to do something else. */
const REVISION = 4;

/** A hash over the rules that come with Cairn: another after an upgrade that changes them. */
export const BUILTIN_FINGERPRINT = createHash('sha256')
  .update(
    JSON.stringify({
      REVISION,
      rules: ALL_BUILTIN_RULES.map(({ id, summary, examples }) => [id, summary, examples]),
    }),
  )
  .digest('hex');

/** Which names stand for which assets. */
@Injectable()
export class Identities {
  private known: Resolved | undefined;
  private seenAt = 0;

  constructor(
    private readonly repository: IdentityRepository,
    private readonly ruleRows: RuleRepository,
  ) {}

  /**
   * The rules as they are now.
   * @param isFresh whether another process's change a moment ago counts; else they are at most a second old
   */
  async resolved(isFresh: boolean): Promise<Resolved> {
    if (!isFresh && this.known !== undefined && Date.now() - this.seenAt < MAX_STATE_AGE_MS)
      return this.known;
    const { version } = await this.repository.state();
    if (this.known?.version !== version) this.known = await this.compile(version);
    this.seenAt = Date.now();
    return this.known;
  }

  /** The rules as the transaction under way has left them, kept nowhere. */
  async uncached(): Promise<Resolved> {
    return this.compile((await this.repository.state()).version);
  }

  private async compile(version: string): Promise<Resolved> {
    const rules = new CompiledRules(await this.ruleRows.inForce());
    return { version, rules, standings: new LRUCache({ max: MAX_KNOWN }) };
  }

  /**
   * What names stand for, also those that nobody has used yet.
   * @param statements of jobs, newer than those that are stored
   */
  async standings(
    { rules, standings }: Resolved,
    names: readonly NamedAsset[],
    statements: ReadonlyMap<string, JobStatement> = new Map(),
  ): Promise<Map<string, Standing>> {
    const found = new Map<string, Standing>();
    const unknown: NamedAsset[] = [];
    for (const name of names) {
      const known = rules.needsStatement(name) ? undefined : standings.get(name.id);
      if (known === undefined) unknown.push(name);
      else found.set(name.id, known);
    }
    if (unknown.length === 0) return found;
    const byJob = await this.statementsOf(rules, unknown, statements);
    const spelled = unknown.map((name) => {
      const { identity, ruleIds } = rules.spell(name, byJob.get(name.id)?.query);
      const asset: NamedAsset =
        ruleIds.length === 0 ? name : { ...identity, kind: name.kind, id: idOfAsset(identity) };
      return { name, asset, reason: ruleIds.join(',') };
    });
    const targets = new Map(
      (await this.repository.aliases([...new Set(spelled.map(({ asset }) => asset.id))])).flatMap((row) =>
        row.rawId === row.assetId ? [] : [[row.rawId, row] as const],
      ),
    );
    const named = new Map<string, NamedAsset>();
    if (targets.size > 0)
      for (const asset of await this.repository.named([...targets.values()].map(({ assetId }) => assetId)))
        named.set(asset.id, asset);
    for (const { name, asset, reason } of spelled) {
      const target = targets.get(asset.id);
      const told = [reason, target?.reason ?? ''].filter((part) => part !== '').join(',');
      found.set(name.id, { asset: named.get(target?.assetId ?? '') ?? asset, reason: told });
    }
    return found;
  }

  private async statementsOf(
    rules: CompiledRules,
    names: readonly NamedAsset[],
    given: ReadonlyMap<string, JobStatement>,
  ): Promise<Map<string, JobStatement>> {
    const jobIds = names.filter((name) => rules.needsStatement(name)).map(({ id }) => id);
    if (jobIds.length === 0) return new Map();
    const latest = new Map((await this.repository.statements(jobIds)).map((row) => [row.jobId, row]));
    for (const [jobId, row] of given) {
      const stored = latest.get(jobId);
      if (stored === undefined || row.claim > stored.claim) latest.set(jobId, row);
    }
    return latest;
  }
}
