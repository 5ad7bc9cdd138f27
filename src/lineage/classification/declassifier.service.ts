import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Asset, AssetService, ClassificationChanges, COLUMN, REASON, TAG } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  DomainError,
  InvalidInputError,
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../platform/index.js';
import { Policy } from '../../policy/index.js';
import { type Barrier, DECLASSIFIER_KINDS } from './flow/declassifier.js';
import {
  type Declassifier,
  type DeclassifierKey,
  DeclassifierRepository,
} from './declassifier.repository.js';

const REQUEST = z.object({
  kind: z.enum(DECLASSIFIER_KINDS),
  tag: TAG,
  column: COLUMN,
  targetId: z
    .string()
    .nullish()
    .transform((id) => id ?? null),
  reason: REASON,
});
const ID = z.string().regex(/^\d{1,18}$/, 'must be the id of a declassifier');
/** In force or waiting, by one person. */
const MAX_OPEN = 1_000;

/** A declassifier takes two people, and this one asked for it. */
export class SecondPersonNeededError extends DomainError {
  readonly kind = 'forbidden';
  constructor(readonly id: string) {
    super(
      `Declassifier ${id} must be confirmed by another person than the one who asked for it, before anybody ended it.`,
      { id },
    );
  }
}

/** A declassifier with its ends, all of which the caller may see. */
export interface ShownDeclassifier extends Declassifier {
  readonly asset: Asset;
  readonly target: Asset | null;
}

/**
 * Declares where classifications do not flow on. It takes two people who may `manage` all that it is about: one asks, another confirms. One of
 * them is enough to end it.
 */
@Injectable()
export class DeclassifierService {
  constructor(
    private readonly database: Database,
    private readonly declassifiers: DeclassifierRepository,
    private readonly assets: AssetService,
    private readonly changes: ClassificationChanges,
    private readonly policy: Policy,
  ) {}

  /** Asks for one; nothing changes before a second person confirms it. @throws {InvalidInputError} naming field and rule */
  async request(
    caller: Principal,
    assetId: string,
    input: z.input<typeof REQUEST>,
  ): Promise<ShownDeclassifier> {
    const { kind, tag, column, targetId, reason } = validate(REQUEST, input);
    const asset = await this.managed(caller, assetId);
    if ((targetId !== null) !== (kind === 'edge'))
      throw new InvalidInputError('targetId', 'must be there for an edge, and only then');
    if (column !== '' && kind !== 'column')
      throw new InvalidInputError('column', 'must be absent but of a column');
    if ((asset.space === 'job') !== (kind === 'job'))
      throw new InvalidInputError(
        'kind',
        asset.space === 'job' ? 'must be job for a job' : 'must not be job for data',
      );
    const target = targetId === null ? null : await this.managed(caller, targetId);
    if (target?.space === 'job') throw new InvalidInputError('targetId', 'must be a dataset or a model');
    const author = subjectOf(caller);
    if ((await this.declassifiers.countOpen(author)) >= MAX_OPEN)
      throw new InvalidInputError('tag', `must leave at most ${MAX_OPEN} declassifiers by you; end some`);
    const barrier: Barrier = { kind, assetId: asset.id, column, targetId: target?.id ?? null, tag };
    return this.database.run(async () => {
      const id = await this.declassifiers.add(barrier, reason, author);
      return this.told(id, 'declassifier-requested', author, asset, target);
    });
  }

  /** Puts it in force. @throws {SecondPersonNeededError} */
  async confirm(caller: Principal, id: string): Promise<ShownDeclassifier> {
    const { asset, target } = await this.managedOf(caller, id);
    const author = subjectOf(caller);
    return this.database.run(async () => {
      const before = (await this.declassifiers.find(id))!;
      if (before.confirmedBy === author && before.endedAt === null) return { ...before, asset, target };
      if (!(await this.declassifiers.confirm(id, author))) throw new SecondPersonNeededError(id);
      return this.told(id, 'declassifier-confirmed', author, asset, target);
    });
  }

  /** Ends it, or takes a request back: what it stopped flows again. */
  async end(caller: Principal, id: string): Promise<ShownDeclassifier> {
    const { asset, target } = await this.managedOf(caller, id);
    const author = subjectOf(caller);
    return this.database.run(async () => {
      if (!(await this.declassifiers.end(id, author)))
        return { ...(await this.declassifiers.find(id))!, asset, target };
      return this.told(id, 'declassifier-ended', author, asset, target);
    });
  }

  /** The latest first, ended ones last; those about what the caller may not see are absent. @param assetId all when absent */
  async list(caller: Principal, args: PageArgs, assetId?: string | null): Promise<Page<ShownDeclassifier>> {
    const request = pageRequest<DeclassifierKey>(args, 2);
    const asset = assetId ? await this.assets.get(caller, assetId) : undefined;
    const { plan } = await this.policy.plan(caller, 'list');
    const rows = await this.declassifiers.list(asset?.id, plan, request);
    const { nodes, pageInfo } = pageOf(rows, request, ({ endedAt, id }) => [endedAt === null ? 0 : 1, id]);
    const ids = nodes.flatMap((one) => [one.assetId, ...(one.targetId === null ? [] : [one.targetId])]);
    const visible = await this.assets.getVisible(caller, [...new Set(ids)]);
    const shown = nodes.flatMap((one) => {
      const [from, to] = [visible.get(one.assetId), one.targetId === null ? null : visible.get(one.targetId)];
      return from === undefined || to === undefined ? [] : [{ ...one, asset: from, target: to }];
    });
    return { nodes: shown, pageInfo };
  }

  private async managedOf(caller: Principal, id: string): Promise<{ asset: Asset; target: Asset | null }> {
    const one = await this.declassifiers.find(validate(ID, id, 'id'));
    const ids = [one?.assetId, one?.targetId].filter((each) => typeof each === 'string');
    const visible = await this.assets.getVisible(caller, ids);
    // Of what the caller may not see, its id is not told either.
    if (one === undefined || visible.size < ids.length) throw new NotFoundError('Declassifier', id);
    const asset = await this.managed(caller, one.assetId);
    return { asset, target: one.targetId === null ? null : await this.managed(caller, one.targetId) };
  }

  private async managed(caller: Principal, id: string): Promise<Asset> {
    const asset = await this.assets.get(caller, id);
    await this.assets.authorize(caller, 'manage', asset);
    return asset;
  }

  private async told(
    id: string,
    action: 'declassifier-requested' | 'declassifier-confirmed' | 'declassifier-ended',
    author: string,
    asset: Asset,
    target: Asset | null,
  ): Promise<ShownDeclassifier> {
    const one = (await this.declassifiers.find(id))!;
    await this.changes.tell({
      ...{ action, author, asset, column: one.column, tags: [one.tag], reason: one.reason },
    });
    return { ...one, asset, target };
  }
}
