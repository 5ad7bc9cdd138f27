import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Principal } from '../../../identity/index.js';
import {
  NotFoundError,
  type Page,
  type PageArgs,
  pageOf,
  pageRequest,
  validate,
} from '../../../platform/index.js';
import { Policy } from '../../policy.service.js';
import { systemResource } from '../../vocabulary.js';
import { AuditLog } from '../audit-log.js';
import { inclusionPath } from '../roots/merkle.js';
import { RootRepository } from '../roots/root.repository.js';
import { type Root, segmentEntry } from '../roots/root.js';
import { AUDIT_FILTER, EXPORT_QUERY } from './filter.js';
import { ocsfOf, type RecordBody } from './ocsf.js';
import { type AuditRecordRow, type RecordKey, RecordRepository } from './record.repository.js';

const ID = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(\d{1,15})$/;

/** That a record is one of those that a root was signed for. */
export interface InclusionProof {
  readonly record: AuditRecordRow;
  /** The root's text, as it was signed. */
  readonly root: string;
  readonly number: number;
  /** In hex, from the bottom up: within the segment's tree. */
  readonly path: readonly string[];
  /** The same of the segment within the root's tree. */
  readonly segmentPath: readonly string[];
}

/** The audit log for those who administer `system/audit`. */
@Injectable()
export class RecordService {
  constructor(
    private readonly records: RecordRepository,
    private readonly roots: RootRepository,
    private readonly audit: AuditLog,
    private readonly policy: Policy,
  ) {}

  /** The newest first. */
  async list(
    caller: Principal,
    filter: z.input<typeof AUDIT_FILTER>,
    args: PageArgs,
  ): Promise<Page<AuditRecordRow>> {
    await this.authorize(caller);
    const request = pageRequest<RecordKey>(args, 3);
    const rows = await this.records.list(validate(AUDIT_FILTER, filter, 'filter'), request);
    return pageOf(rows, request, ({ position, segment, seq }) => [position, segment, seq]);
  }

  /** As JSON, the oldest first. What is exported is recorded as well. */
  async export(caller: Principal, given: unknown): Promise<AsyncGenerator<object>> {
    await this.authorize(caller);
    const { format, ...filter } = validate(EXPORT_QUERY, given);
    return this.lines(format, filter);
  }

  /** @param id `SEGMENT:SEQ` @throws {NotFoundError} there is no such record, or no root covers it yet */
  async prove(caller: Principal, id: string): Promise<InclusionProof> {
    await this.authorize(caller);
    const [, segment, seq] = ID.exec(id) ?? [];
    const record = segment === undefined ? undefined : await this.records.find(segment, Number(seq));
    const covering = record && (await this.roots.covering(record.segment, record.seq, record.position));
    if (!record || !covering) throw new NotFoundError('Rooted audit record', id.slice(0, 100));
    const { segments } = JSON.parse(covering.document) as Root;
    const place = segments.findIndex(
      (each) => each.segment === segment && each.from <= record.seq && record.seq <= each.to,
    );
    const entry = segments[place]!;
    const hashes: Buffer[] = [];
    for await (const page of this.roots.hashes(entry.segment, entry.from - 1, entry.to))
      hashes.push(...page.hashes);
    const hex = (hash: Buffer): string => hash.toString('hex');
    return {
      ...{ record, root: covering.document, number: covering.number },
      path: inclusionPath(hashes, record.seq - entry.from).map(hex),
      segmentPath: inclusionPath(segments.map(segmentEntry), place).map(hex),
    };
  }

  private async authorize(caller: Principal): Promise<void> {
    await this.policy.authorize(caller, 'administer', systemResource('audit'));
    // Who asks sees what was decided up to now.
    await this.audit.settled();
  }

  private async *lines(
    format: 'json' | 'ocsf',
    filter: z.output<typeof AUDIT_FILTER>,
  ): AsyncGenerator<object> {
    for await (const { segment, seq, hash, body } of this.records.all(filter)) {
      const id = `${segment}:${seq}`;
      const said = JSON.parse(body) as RecordBody;
      yield format === 'ocsf' ? ocsfOf(id, hash, said) : { record: id, hash, ...said };
    }
  }
}
