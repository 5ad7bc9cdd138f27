import { Injectable } from '@nestjs/common';
import { AssetService } from '../../catalog/index.js';
import { Database } from '../../platform/index.js';
import { objectAt, textAt } from '../events/json.js';
import { idOfAsset } from '../projection/asset-ids.js';
import type { Facts } from '../projection/facts.js';
import type { NamedAsset } from '../projection/identity.js';
import { aliasesAmong, type KnownName, type SameFact } from './components.js';
import { Identities, type Resolved, type Standing } from './identities.js';
import { IdentityRepository, ITSELF, type JobStatement, type NewAlias } from './identity.repository.js';
import { Mover } from './mover.js';

/** Gives the asset that a name stands for, by their ids. */
export type CanonicalOf = (rawId: string) => string;

/** Names come to stand for other assets than before, which is only written while no other writes: the work is to be done again, alone. */
export class NotAloneError extends Error {
  constructor() {
    super('names come to stand for other assets: write alone');
  }
}

/** Resolves the names that facts use, in the transaction that writes the facts. */
@Injectable()
export class AliasWriter {
  constructor(
    private readonly database: Database,
    private readonly identities: Identities,
    private readonly repository: IdentityRepository,
    private readonly assets: AssetService,
    private readonly mover: Mover,
  ) {}

  /** The rules by which names are resolved in the transaction under way, once that holds off whoever changes them. */
  rules(isAlone: boolean): Promise<Resolved> {
    return isAlone ? this.identities.uncached() : this.identities.resolved(true);
  }

  /**
   * Writes what is new of the names, and what they stand for.
   * @param resolved by {@link rules}
   * @param isAlone whether no other transaction writes
   * @throws {NotAloneError} it has to be
   */
  async resolve(facts: Facts, resolved: Resolved, isAlone: boolean): Promise<CanonicalOf> {
    const sames = [...facts.sames.values()];
    if (sames.length > 0) await this.join(resolved, facts, sames, isAlone);
    const statements = statementsIn(facts);
    const standings = await this.identities.standings(resolved, [...facts.assets.values()], statements);
    await this.store(resolved, facts, standings, isAlone);
    if (!isAlone) this.database.afterCommit(() => this.remember(resolved, standings));
    return (rawId) => standings.get(rawId)?.asset.id ?? rawId;
  }

  private remember({ rules, standings: known }: Resolved, standings: ReadonlyMap<string, Standing>): void {
    for (const [id, standing] of standings)
      if (!rules.needsStatement(standing.asset)) known.set(id, standing);
  }

  /** Names are stored once, when they are first used; a job that is named by its statement may come to stand for another. */
  private async store(
    { rules, standings: known }: Resolved,
    facts: Facts,
    standings: ReadonlyMap<string, Standing>,
    isAlone: boolean,
  ): Promise<void> {
    const rows: NewAlias[] = [];
    const byStatement = new Set<string>();
    for (const [rawId, { asset, reason }] of standings) {
      const name = facts.assets.get(rawId)!;
      if (rules.needsStatement(name)) byStatement.add(rawId);
      else if (rawId === asset.id || known.has(rawId)) continue;
      rows.push({ rawId, assetId: asset.id, reason: rawId === asset.id ? ITSELF : reason });
    }
    if (rows.length === 0) return;
    const stored = new Map(
      (await this.repository.aliases(rows.map(({ rawId }) => rawId))).map((row) => [row.rawId, row.assetId]),
    );
    const fresh = rows.filter(({ rawId }) => !stored.has(rawId));
    const inserted = await this.repository.insertAliases(fresh);
    // Another transaction was first with the job: what it stands for there is to be looked at again.
    if (fresh.some(({ rawId }) => byStatement.has(rawId) && !inserted.has(rawId))) throw new NotAloneError();
    const shown = new Map([...standings.values()].map(({ asset }) => [asset.id, asset]));
    await this.tell(
      fresh.filter(({ rawId }) => inserted.has(rawId)),
      shown,
    );
    const moved = rows.filter(({ rawId, assetId }) => (stored.get(rawId) ?? assetId) !== assetId);
    if (moved.length === 0) return;
    if (!isAlone) throw new NotAloneError();
    await this.tell(moved, shown);
    await this.mover.move(new Map(moved.map((row) => [row.rawId, row])));
  }

  /** Joins the components that facts name together. */
  private async join(
    resolved: Resolved,
    facts: Facts,
    given: readonly SameFact[],
    isAlone: boolean,
  ): Promise<void> {
    const told = new Map((await this.repository.storedSames(given)).map((fact) => [keyOf(fact), fact.claim]));
    const news = given.filter((fact) => {
      const claim = told.get(keyOf(fact));
      return claim === undefined || (fact.kind === 'rename' && fact.claim > claim);
    });
    if (news.length === 0) return;
    if (!isAlone) throw new NotAloneError();
    await this.repository.addSames(news);
    const ends = [...new Set(news.flatMap(({ fromId, toId }) => [fromId, toId]))].map((id) =>
      facts.assets.get(id)!,
    );
    const names = await this.closure(resolved, ends);
    const aliases = aliasesAmong(
      names.values(),
      await this.repository.samesOf([...names.keys()]),
      resolved.rules,
      idOfAsset,
    );
    const stored = new Map((await this.repository.aliases([...names.keys()])).map((row) => [row.rawId, row]));
    const changed = new Map<string, NewAlias>();
    const others: NewAlias[] = [];
    for (const rawId of names.keys()) {
      const { assetId, reason } = aliases.get(rawId) ?? { assetId: rawId, reason: '' };
      const before = stored.get(rawId);
      if ((before?.assetId ?? rawId) !== assetId) changed.set(rawId, { rawId, assetId, reason });
      else if (before !== undefined && before.reason !== reason) others.push({ rawId, assetId, reason });
    }
    await this.repository.setAliases(others);
    if (changed.size === 0) return;
    const kinds = new Map([...names].map(([id, { kind }]) => [id, kind]));
    const shown = new Map<string, NamedAsset>();
    for (const [rawId, { identity, assetId }] of aliases)
      if (changed.has(rawId))
        shown.set(assetId, { ...identity, id: assetId, kind: kinds.get(assetId) ?? kinds.get(rawId)! });
    await this.tell([...changed.values()], shown);
    await this.mover.move(changed);
  }

  /** All names of the assets that some names stand for, and the spellings of these. */
  private async closure(
    resolved: Resolved,
    ends: readonly NamedAsset[],
  ): Promise<Map<string, KnownName & NamedAsset>> {
    const standings = await this.identities.standings(resolved, ends);
    const assetIds = [...new Set([...standings.values()].map(({ asset }) => asset.id))];
    const members = await this.repository.members(assetIds, MAX_COMPONENT);
    const known = await this.repository.named([...assetIds, ...members.map(({ rawId }) => rawId)]);
    const names = new Map<string, KnownName & NamedAsset>();
    const add = (asset: NamedAsset) => names.set(asset.id, { ...asset, identity: asset });
    for (const asset of [...ends, ...known, ...[...standings.values()].map(({ asset }) => asset)]) {
      add(asset);
      const { identity } = resolved.rules.spell(asset);
      add({ ...asset, ...identity, id: idOfAsset(identity) });
    }
    return names;
  }

  /** Tells the catalog of assets that names stand for, and of the names. */
  private async tell(rows: readonly NewAlias[], shown: ReadonlyMap<string, NamedAsset>): Promise<void> {
    if (rows.length === 0) return;
    const targets = [...new Set(rows.map(({ assetId }) => assetId))].flatMap((id) => shown.get(id) ?? []);
    await this.assets.see(targets);
    await this.assets.alias(new Map(rows.map(({ rawId, assetId }) => [rawId, assetId])));
  }
}

/** Names of one asset that events may join; what is beyond is resolved when rules are gone over the next time. */
const MAX_COMPONENT = 100_000;

function keyOf({ fromId, toId, kind }: SameFact): string {
  return `${fromId} ${toId} ${kind}`;
}

/** What jobs run, as the facts tell. */
export function statementsIn({ facets }: Facts): Map<string, JobStatement> {
  const statements = new Map<string, JobStatement>();
  for (const { holder, holderId, name, value, claim } of facets.values()) {
    if (holder !== 'asset' || name !== 'sql') continue;
    const query = textAt(objectAt(value)['query']);
    if (query !== undefined) statements.set(holderId, { jobId: holderId, query, claim });
  }
  return statements;
}
