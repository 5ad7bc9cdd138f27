import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type Asset, AssetService, resourceOf } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  Database,
  InvalidInputError,
  NotFoundError,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  validate,
} from '../../platform/index.js';
import { type Action, Policy } from '../../policy/index.js';
import { PROJECTION_LOCK } from '../log/event-log.repository.js';
import { graphEdits } from '../metrics.js';
import type { EditRecord } from './edit.js';
import { EDIT, EDIT_FILTER, WITHDRAWAL } from './edit-input.js';
import { EditRepository, type NewEdit } from './edit.repository.js';

/** Edits that may hold at once, of one edge and by one author. */
const MAX_OF_EDGE = 50;
const MAX_BY_AUTHOR = 1_000;

/** An edit with its ends, both of which the caller may see. */
export interface ShownEdit extends EditRecord {
  readonly from: Asset;
  readonly to: Asset;
}

/**
 * Edges that people add, remove or confirm, beside what events say of them. Who edits an edge says of both ends what an event could say,
 * and must be allowed to `emit` about both; who withdraws what another said must `manage` both.
 */
@Injectable()
export class EditService {
  constructor(
    private readonly database: Database,
    private readonly edits: EditRepository,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /**
   * Makes an edit; the same edit by the same author is made once.
   * @throws {InvalidInputError} naming field and rule @throws {NotFoundError} an end does not exist, or the caller may not know of it
   * @throws {AccessDeniedError}
   */
  async edit(caller: Principal, input: z.input<typeof EDIT>): Promise<ShownEdit> {
    const { action, from: fromId, to: toId, reason, expiresAt } = validate(EDIT, input);
    const [from, to] = [await this.assets.get(caller, fromId), await this.assets.get(caller, toId)];
    await this.authorize(caller, 'emit', [fromId, toId, from.id, to.id]);
    if (from.id === to.id) throw new InvalidInputError('to', 'must be another asset than from');
    if (from.space === 'job' && to.space === 'job')
      throw new InvalidInputError(
        'to',
        'must be data where from is a job: jobs flow into data, not into jobs',
      );
    const author = subjectOf(caller);
    const edit = await this.alone(async (now) => {
      const made = { sourceId: fromId, targetId: toId, action, reason, author };
      const added = await this.add({ ...made, createdAt: now, expiresAt: expiresAt ?? null });
      await this.assets.changed(caller, 'lineage.edited', to, {
        edit: added.id,
        action,
        from: fromId,
        to: toId,
        reason,
      });
      return added;
    });
    return { ...edit, from, to };
  }

  private async add(edit: NewEdit): Promise<EditRecord> {
    const same = await this.edits.same(edit);
    if (same !== undefined) return same;
    if (edit.expiresAt !== null && edit.expiresAt <= edit.createdAt)
      throw new InvalidInputError('expiresAt', 'must be in the future');
    const { ofEdge, byAuthor, isSaid } = await this.edits.around(edit);
    if (edit.action !== 'add' && !isSaid)
      throw new InvalidInputError(
        'action',
        `must be add: neither events nor people say this edge, so there is nothing to ${edit.action}`,
      );
    if (ofEdge >= MAX_OF_EDGE)
      throw new InvalidInputError(
        'to',
        `must leave at most ${MAX_OF_EDGE} edits of one edge in force; withdraw some`,
      );
    if (byAuthor >= MAX_BY_AUTHOR)
      throw new InvalidInputError(
        'action',
        `must leave at most ${MAX_BY_AUTHOR} edits by you in force; withdraw some`,
      );
    this.database.afterCommit(() => graphEdits.inc({ action: edit.action }));
    return this.edits.add(edit);
  }

  /**
   * Ends an edit now; one that has ended stays as it is.
   * @throws {NotFoundError} there is none, or the caller may not know of an end @throws {AccessDeniedError}
   */
  async withdraw(caller: Principal, id: string, reason?: string | null): Promise<ShownEdit> {
    const given = validate(WITHDRAWAL, { id, reason });
    const [shown] = await this.shown(caller, [await this.edits.find(given.id)]);
    if (shown === undefined) throw new NotFoundError('LineageEdit', id);
    const by = subjectOf(caller);
    await this.authorize(caller, shown.author === by ? 'emit' : 'manage', [shown.sourceId, shown.targetId]);
    const edit = await this.alone(async (now) => {
      await this.edits.withdraw(given.id, now, by, given.reason ?? null);
      await this.assets.changed(caller, 'lineage.edit-withdrawn', shown.to, {
        edit: given.id,
        reason: given.reason,
      });
      return (await this.edits.find(given.id))!;
    });
    if (shown.withdrawnAt === null && edit.withdrawnAt !== null) graphEdits.inc({ action: 'withdraw' });
    return { ...shown, ...edit };
  }

  /** The latest first; those about what the caller may not see are absent. @param filter `withEnded` also those that ended */
  async list(
    caller: Principal,
    filter: z.input<typeof EDIT_FILTER>,
    args: PageArgs,
  ): Promise<Page<ShownEdit>> {
    const request = numberedPageRequest(args);
    const { assetId, author, withEnded } = validate(EDIT_FILTER, filter, 'filter');
    const asset = assetId ? await this.assets.get(caller, assetId) : undefined;
    const rows = await this.edits.list(
      {
        assetId: asset?.id,
        author: author ?? undefined,
        heldAt: withEnded === true ? undefined : new Date(),
      },
      await this.policy.plan(caller, 'list'),
      request,
    );
    const page = pageOf(rows, request, (edit) => [edit.id]);
    return { ...page, nodes: await this.shown(caller, page.nodes) };
  }

  /** With their ends, those of which the caller may see both. */
  async shown(caller: Principal, edits: readonly (EditRecord | undefined)[]): Promise<ShownEdit[]> {
    const known = edits.flatMap((edit) => edit ?? []);
    if (known.length === 0) return [];
    const ids = known.flatMap(({ sourceId, targetId }) => [sourceId, targetId]);
    const visible = await this.assets.getVisible(caller, [...new Set(ids)]);
    return known.flatMap((edit) => {
      const [from, to] = [visible.get(edit.sourceId), visible.get(edit.targetId)];
      return from === undefined || to === undefined ? [] : [{ ...edit, from, to }];
    });
  }

  /** Who speaks of an asset under another name speaks of the asset, and must be allowed to do both. */
  private async authorize(caller: Principal, action: Action, ids: readonly string[]): Promise<void> {
    const visible = await this.assets.getVisible(caller, [...new Set(ids)]);
    for (const asset of visible.values()) await this.policy.authorize(caller, action, resourceOf(asset));
  }

  /** While no names come to stand for other assets. */
  private alone<T>(work: (now: Date) => Promise<T>): Promise<T> {
    return this.database.run(async () => {
      await this.database.query('SELECT pg_advisory_xact_lock($1)', [PROJECTION_LOCK]);
      return work(new Date());
    });
  }
}
