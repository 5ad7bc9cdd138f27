import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Author, type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  InvalidInputError,
  NotFoundError,
  Outbox,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { type Action, AuditLog, Policy, type Resource } from '../../policy/index.js';
import { MAX_TAGS, TAGS } from '../classification/claim.js';
import { EffectiveTags } from '../classification/effective-tags.js';
import { HandTags } from '../classification/hand-tags.js';
import { type Asset, ASSET_KINDS, assetIdOf, type AssetIdentity, type AssetKind, spaceOf } from './asset.js';
import type { AssetClass } from './asset-class.js';
import { AssetListRepository, isOfFilter } from './asset-list.repository.js';
import { type AssetEdit, AssetRepository } from './asset.repository.js';

/** Outbox topic: an asset is new or its catalog entry changed. Payload: `{ assetId }`. Ordered per asset. */
export const ASSET_CHANGED = 'asset.changed';

const ASSET_ID = z.uuid({ error: 'must be the id of an asset (a UUID)' });
const SUBJECT = /^(user|service|role):[a-z0-9][a-z0-9._-]{0,62}$/;

const EDIT = z.object({
  description: z.string().max(10_000).nullish(),
  owners: z
    .array(z.string().regex(SUBJECT, 'must be a subject: user:NAME, service:NAME or role:NAME'))
    .max(20)
    .optional(),
  tags: TAGS.optional(),
});

const TAGGING = z.object({ add: TAGS.default([]), remove: TAGS.default([]) });

const FILTER = z.object({
  kinds: z.array(z.enum(ASSET_KINDS)).min(1).readonly().optional(),
  namespace: z.string().max(200).optional(),
  tag: z.string().max(200).optional(),
  owner: z.string().max(200).optional(),
});

/** What policy is asked about an asset. */
export function resourceOf(asset: Pick<Asset, 'kind' | 'identityName' | 'namespace' | 'tags'>): Resource {
  return { namespace: asset.namespace, kind: asset.kind, name: asset.identityName, tags: asset.tags };
}

/** What tells where assets stand that are known only from events. */
export type Placing = Pick<Policy, 'placeOf'>;

/** The catalog's entries: found, listed and edited under policy. */
@Injectable()
export class AssetService {
  constructor(
    private readonly database: Database,
    private readonly assets: AssetRepository,
    private readonly lists: AssetListRepository,
    private readonly policy: Policy,
    private readonly outbox: Outbox,
    private readonly audit: AuditLog,
    private readonly byHand: HandTags,
    private readonly effective: EffectiveTags,
  ) {}

  /** A name of an asset gives the asset. @throws {NotFoundError} also when the caller may not know of it */
  async get(caller: Principal, id: string): Promise<Asset> {
    const asset = await this.assets.find(validate(ASSET_ID, id, 'id'));
    return this.known(caller, asset, id);
  }

  /** By OpenLineage name, or another name of it. @throws {NotFoundError} also when the caller may not know of it */
  async getByName(
    caller: Principal,
    kind: AssetKind,
    identityNamespace: string,
    identityName: string,
  ): Promise<Asset> {
    const asset = await this.assets.findByIdentity(spaceOf(kind), identityNamespace, identityName);
    return this.known(caller, asset, `${identityNamespace} ${identityName}`);
  }

  /** Those of `ids` that the caller may see, by id. A name of an asset only who may see the asset. */
  async getVisible(caller: Principal, ids: readonly string[]): Promise<Map<string, Asset>> {
    const plan = await this.policy.plan(caller, 'list');
    const [only] = ids;
    const assets =
      ids.length === 1
        ? [await this.assets.find(only!)].flatMap((asset) => asset ?? [])
        : await this.assets.findMany(ids);
    const seen = assets.filter((asset) => plan.matches(resourceOf(asset)));
    const aliased = seen.flatMap(({ aliasOf }) => aliasOf ?? []);
    const targets = aliased.length === 0 ? [] : await this.assets.findMany([...new Set(aliased)]);
    const shown = new Set(
      targets.filter((asset) => plan.matches(resourceOf(asset))).map(({ id: own }) => own),
    );
    return new Map(
      seen.filter(({ aliasOf }) => aliasOf === null || shown.has(aliasOf)).map((asset) => [asset.id, asset]),
    );
  }

  /** The assets of the names among `ids`, each once, as far as the caller may see them. */
  async getShown(caller: Principal, ids: readonly string[]): Promise<Asset[]> {
    const visible = await this.getVisible(caller, ids);
    const shownIds = [...visible.values()].map(({ id, aliasOf }) => aliasOf ?? id);
    const others = shownIds.filter((id) => !visible.has(id));
    const all = others.length === 0 ? visible : await this.getVisible(caller, shownIds);
    return [...new Set(shownIds)].flatMap((id) => all.get(id) ?? []);
  }

  /** Whether the caller may see an asset that was read elsewhere. */
  async isVisible(caller: Principal, asset: Asset): Promise<boolean> {
    return (await this.policy.plan(caller, 'list')).matches(resourceOf(asset));
  }

  /**
   * How many of some assets the caller may see, by kind.
   * @param idList ids as PostgreSQL writes an array, since there may be very many
   */
  async countVisible(
    caller: Principal,
    idList: string,
    filter: z.input<typeof FILTER> = {},
  ): Promise<{ kind: AssetKind; count: number }[]> {
    const { plan } = await this.policy.plan(caller, 'list');
    return this.lists.countByKind(idList, validate(FILTER, filter, 'filter'), plan);
  }

  /**
   * Tells of classes of assets whether the caller may see their assets and the filter shows them; undefined where an asset's name decides.
   */
  async shownClasses(
    caller: Principal,
    filter: z.input<typeof FILTER> = {},
  ): Promise<(of: AssetClass) => boolean | undefined> {
    const { matchesAnyName } = await this.policy.plan(caller, 'list');
    const checked = validate(FILTER, filter, 'filter');
    return (of) => isOfFilter(checked, of) && matchesAnyName(of);
  }

  /** Those of `ids` that the caller may see and that the filter shows, when no more of them is wanted. */
  async visibleIds(
    caller: Principal,
    ids: readonly string[],
    filter: z.input<typeof FILTER> = {},
  ): Promise<string[]> {
    const { plan } = await this.policy.plan(caller, 'list');
    return this.lists.matching(ids, validate(FILTER, filter, 'filter'), plan);
  }

  /** Ordered by name; what the caller may not see is absent. */
  async list(caller: Principal, filter: z.input<typeof FILTER>, args: PageArgs): Promise<Page<Asset>> {
    const request = pageRequest<readonly [string, string]>(args, 2);
    const { plan } = await this.policy.plan(caller, 'list');
    const rows = await this.lists.list(validate(FILTER, filter, 'filter'), plan, request);
    return pageOf(rows, request, (asset) => [asset.identityName, asset.id]);
  }

  /** Changes description, owners, or what is said by hand of classifications of the asset as a whole. */
  async edit(caller: Principal, id: string, input: z.input<typeof EDIT>): Promise<Asset> {
    const asset = await this.get(caller, id);
    await this.policy.authorize(caller, 'manage', resourceOf(asset));
    const { tags, ...edit } = validate(EDIT, input, 'input') as AssetEdit & { tags?: string[] };
    return this.database.run(async () => {
      await this.assets.edit(asset.id, edit);
      if (tags !== undefined) await this.byHand.set(asset.id, tags, subjectOf(caller));
      await this.announce([asset.id]);
      const edited = (await this.assets.find(asset.id))!;
      const { description, owners, tags: former } = asset;
      const before = { description, owners, tags: former };
      await this.changed(caller, 'asset.edited', edited, {
        before,
        edit: { ...edit, ...(tags && { tags }) },
      });
      return edited;
    });
  }

  /** Adds and removes what is said by hand of the asset as a whole, the rest stays. */
  async tag(caller: Principal, id: string, input: z.input<typeof TAGGING>): Promise<Asset> {
    const asset = await this.get(caller, id);
    await this.policy.authorize(caller, 'manage', resourceOf(asset));
    const { add, remove } = validate(TAGGING, input, 'input');
    return this.database.run(async () => {
      await this.byHand.change(asset.id, add, remove, subjectOf(caller));
      const edited = (await this.assets.find(asset.id))!;
      if (edited.tags.length > MAX_TAGS) throw new InvalidInputError('tags', `must be at most ${MAX_TAGS}`);
      await this.announce([asset.id]);
      await this.changed(caller, 'asset.classified', edited, { before: asset.tags, after: edited.tags });
      return edited;
    });
  }

  /** Records a change of an asset, or of what it stands for, in the transaction of the change. */
  changed(
    author: Author,
    action: string,
    asset: Pick<Asset, 'namespace' | 'kind' | 'identityName'>,
    detail?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { namespace, kind: on, identityName: name } = asset;
    return this.audit.change(author, { action, on, name, namespace, ...(detail && { detail }) });
  }

  /**
   * Asks policy about an asset before an action on it. A caller who may not even know of it is told that it does not exist.
   * @throws {NotFoundError}
   * @throws {AccessDeniedError} naming the rule
   */
  async authorize(
    caller: Principal,
    action: Action,
    asset: Asset,
    context?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.visible(caller, asset, asset.identityName);
    await this.policy.authorize(caller, action, resourceOf(asset), context);
  }

  /**
   * Makes the catalog know of assets, in the transaction under way. The caller of this has authorized it.
   * @returns the id of each identity, in the order given
   */
  async see(
    seen: readonly (AssetIdentity & { kind: AssetKind; isManaged?: boolean; namespace?: string })[],
  ): Promise<string[]> {
    const rows = seen.map(({ isManaged = false, namespace, ...asset }) => ({
      ...asset,
      isManaged,
      id: assetIdOf(asset),
      namespace: namespace ?? this.policy.placeOf(asset.identityNamespace),
    }));
    // The most telling kind last: one statement must not touch a row twice.
    const byId = new Map(
      rows.sort((a, b) => KIND_ORDER[a.kind] - KIND_ORDER[b.kind]).map((row) => [row.id, row]),
    );
    await this.announce(await this.assets.see([...byId.values()]));
    return seen.map(assetIdOf);
  }

  /**
   * Makes an asset of what Cairn itself versions or runs, in the transaction under way; one that events told of before becomes
   * managed. The caller of this has authorized it.
   * @returns its id
   */
  async manage(
    asset: AssetIdentity & { kind: AssetKind; namespace: string },
    edit: Pick<AssetEdit, 'description' | 'owners'>,
  ): Promise<string> {
    const id = assetIdOf(asset);
    await this.assets.manage({ ...asset, id, isManaged: true });
    await this.assets.edit(id, edit);
    await this.announce([id]);
    return id;
  }

  /**
   * Makes names stand for assets, in the transaction under way. Lists show the assets; a name still finds its asset. The caller of this has
   * authorized it.
   * @param aliases ids of assets by the ids of their names; a name that stands for itself is an asset of its own
   */
  async alias(aliases: ReadonlyMap<string, string>): Promise<void> {
    const changed = await this.assets.alias(aliases);
    const ids = changed.map(({ id }) => id);
    const losing = changed.flatMap(({ formerId }) => formerId ?? []);
    await this.effective.carryOver(ids);
    await this.effective.settle([...new Set([...losing, ...ids.flatMap((id) => aliases.get(id)!)])]);
    await this.placeByNames([...new Set([...losing, ...(await this.assets.namedElsewhere(ids))])]);
    await this.announce([...new Set([...losing, ...ids.flatMap((id) => [id, aliases.get(id)!])])]);
  }

  /**
   * Puts assets known only from events where `places.csv` has the first of all of their names, in the transaction under way.
   * @param places of the policy that answers now, or of one that is about to
   * @returns ids of those that moved
   */
  async placeByNames(ids: readonly string[], places: Placing = this.policy): Promise<string[]> {
    if (ids.length === 0) return [];
    const names = await this.assets.identityNamespaces(ids);
    return this.assets.placeEach(
      new Map([...names].map(([id, namespaces]) => [id, places.placeOf(...namespaces)])),
    );
  }

  /** Tells the rest of the house that an asset's entry or content changed, in the transaction under way. */
  async announce(assetIds: readonly string[]): Promise<void> {
    await this.outbox.append(
      assetIds.map((assetId) => ({ topic: ASSET_CHANGED, orderingKey: assetId, payload: { assetId } })),
    );
  }

  /** The asset that was asked for; the one that it is a name of. */
  private async known(caller: Principal, asset: Asset | undefined, id: string): Promise<Asset> {
    const known = await this.visible(caller, asset, id);
    if (known.aliasOf === null) return known;
    return this.visible(caller, await this.assets.find(known.aliasOf), id);
  }

  private async visible(caller: Principal, asset: Asset | undefined, id: string): Promise<Asset> {
    if (!asset || !(await this.isVisible(caller, asset))) throw new NotFoundError('Asset', id);
    return asset;
  }
}

const KIND_ORDER: Readonly<Record<AssetKind, number>> = {
  dataset: 0,
  model: 1,
  job: 0,
  workload: 1,
  endpoint: 2,
};
