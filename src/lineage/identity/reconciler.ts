import { Injectable } from '@nestjs/common';
import { AssetService } from '../../catalog/index.js';
import { idOfAsset } from '../projection/asset-ids.js';
import type { NamedAsset } from '../projection/identity.js';
import { type Alias, aliasesAmong, type KnownName } from './components.js';
import { BUILTIN_FINGERPRINT, Identities } from './identities.js';
import { IdentityRepository, ITSELF, type NewAlias } from './identity.repository.js';
import { Mover } from './mover.js';
import type { CompiledRules } from './rules/compiled-rules.js';

/** A name, what it comes to stand for, and what it stood for before. */
export interface ChangedAlias extends NewAlias {
  readonly formerId: string;
}

/** What every name stands for under some rules, and what it stood for before. */
export interface Resolution {
  /** Names that come to stand for another asset than before, or for the same by another reason. */
  readonly changes: ReadonlyMap<string, ChangedAlias>;
  /** Every asset and every spelling, as it is named. */
  readonly named: ReadonlyMap<string, NamedAsset>;
}

/** Resolves all names there are, by the rules as they are or as they would be. */
@Injectable()
export class Reconciler {
  constructor(
    private readonly identities: Identities,
    private readonly repository: IdentityRepository,
    private readonly assets: AssetService,
    private readonly mover: Mover,
  ) {}

  /**
   * Makes all names stand for what the rules say, in the transaction under way, which holds off all writers.
   * @returns how many changed
   */
  async reconcile(): Promise<number> {
    const { rules } = await this.identities.uncached();
    const { changes, named } = await this.resolve(rules);
    const moved = [...changes.values()].filter(({ assetId, formerId }) => assetId !== formerId);
    const targets = [...new Set(moved.map(({ assetId }) => assetId))];
    await this.assets.see(targets.flatMap((id) => named.get(id) ?? []));
    await this.assets.alias(new Map(moved.map(({ rawId, assetId }) => [rawId, assetId])));
    await this.mover.move(new Map(moved.map((row) => [row.rawId, row])));
    const others = [...changes.values()].filter(({ assetId, formerId }) => assetId === formerId);
    await this.repository.setAliases(others);
    await this.repository.raiseVersion(BUILTIN_FINGERPRINT);
    return moved.length;
  }

  /** What names would stand for under some rules. Nothing is written. */
  async resolve(rules: CompiledRules): Promise<Resolution> {
    const [assets, sames, stored] = await Promise.all([
      this.repository.allNamed(),
      this.repository.allSames(),
      this.repository.allAliases(),
    ]);
    const named = new Map(assets.map((asset) => [asset.id, asset]));
    const byStatement = assets.filter((asset) => rules.needsStatement(asset));
    const statements = await this.repository.statements(byStatement.map(({ id }) => id));
    const queries = new Map(statements.map(({ jobId, query }) => [jobId, query]));
    const names = assets.map((asset): KnownName => ({
      id: asset.id,
      identity: asset,
      statement: queries.get(asset.id),
    }));
    const aliases = aliasesAmong(names, sames, rules, idOfAsset);
    for (const [rawId, { identity, assetId }] of aliases) {
      const kind = named.get(rawId)?.kind ?? (identity.space === 'data' ? 'dataset' : 'job');
      if (!named.has(assetId)) named.set(assetId, { ...identity, id: assetId, kind });
    }
    const own = new Set(byStatement.map(({ id }) => id));
    const before = new Map(stored.map((row) => [row.rawId, row]));
    const changes = new Map<string, ChangedAlias>();
    for (const rawId of new Set([...before.keys(), ...aliases.keys(), ...own])) {
      const now = rowOf(rawId, aliases.get(rawId), own);
      const then = before.get(rawId);
      if (then?.assetId !== now?.assetId || then?.reason !== now?.reason)
        changes.set(rawId, {
          ...(now ?? { rawId, assetId: rawId, reason: '' }),
          formerId: then?.assetId ?? rawId,
        });
    }
    return { changes, named };
  }
}

function rowOf(
  rawId: string,
  alias: Alias | undefined,
  byStatement: ReadonlySet<string>,
): NewAlias | undefined {
  if (alias !== undefined) return { rawId, assetId: alias.assetId, reason: alias.reason };
  return byStatement.has(rawId) ? { rawId, assetId: rawId, reason: ITSELF } : undefined;
}
