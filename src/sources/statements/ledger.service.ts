import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AssetService } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import {
  NotFoundError,
  numberedPageRequest,
  type Page,
  type PageArgs,
  pageOf,
  validate,
} from '../../platform/index.js';
import { Policy, systemResource } from '../../policy/index.js';
import { DIALECTS, STATUSES } from './analysis.js';
import { LedgerRepository, type LedgerView, type SeenRecord } from './ledger.repository.js';

const FILTER = z.object({
  status: z.enum(STATUSES).optional(),
  dialect: z.enum(DIALECTS).optional(),
  source: z.string().max(500).optional(),
  user: z.string().max(500).optional(),
  asset: z.uuid({ error: 'must be the id of an asset (a UUID)' }).optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  text: z.string().min(1).max(1_000).optional(),
});

const ID = z.uuid({ error: 'must be the id of a statement (a UUID)' });

/** A line of the ledger as a caller sees it. */
export type SeenStatement = Omit<SeenRecord, 'text' | 'isReadable'> & {
  /** Null for who may not read all that it names, or when that cannot be told. */
  readonly text: string | null;
};

/**
 * The ledger for people. A statement is seen by who may list the job that its event is about; one that told lineage nothing, by who
 * posted it and by administrators.
 */
@Injectable()
export class LedgerService {
  constructor(
    private readonly ledger: LedgerRepository,
    private readonly assets: AssetService,
    private readonly policy: Policy,
  ) {}

  /** @throws {NotFoundError} also when the caller may not know of it */
  async get(caller: Principal, id: string): Promise<SeenStatement> {
    const record = await this.ledger.find(validate(ID, id, 'id'), await this.viewOf(caller));
    if (record === undefined) throw new NotFoundError('Statement', id);
    return shown(record);
  }

  /** The latest to arrive first. */
  async list(
    caller: Principal,
    filter: z.input<typeof FILTER>,
    args: PageArgs,
  ): Promise<Page<SeenStatement>> {
    const request = numberedPageRequest(args);
    const checked = validate(FILTER, filter, 'filter');
    // Whoever may not know of an asset is not told who reads it.
    if (checked.asset !== undefined) await this.assets.get(caller, checked.asset);
    const rows = await this.ledger.list(checked, await this.viewOf(caller), request);
    return pageOf(rows.map(shown), request, ({ seq }) => [seq]);
  }

  private async viewOf(caller: Principal): Promise<LedgerView> {
    const [listed, read] = await Promise.all([
      this.policy.plan(caller, 'list'),
      this.policy.plan(caller, 'read'),
    ]);
    const { allowed } = this.policy.decide(caller, 'administer', systemResource('audit'));
    return {
      subject: subjectOf(caller),
      isAdministrator: allowed,
      listed: listed.plan,
      read: read.plan,
    };
  }
}

/** Problems name tables and columns: they go with the text. */
function shown({ isReadable, text, problems, ...record }: SeenRecord): SeenStatement {
  if (isReadable) return { ...record, problems, text };
  const bare = problems.map(({ code }) => ({ code, subject: '', message: 'withheld with the text' }));
  return { ...record, problems: bare, text: null };
}
