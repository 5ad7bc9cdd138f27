import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { Installation } from '../../../platform/index.js';
import { Policy } from '../../policy.service.js';
import { systemResource } from '../../vocabulary.js';
import { AUDIT_ROOTS, type AuditRoots } from '../roots/audit-roots.js';
import { RootRepository } from '../roots/root.repository.js';
import type { Root } from '../roots/root.js';
import { SigningKey } from '../roots/signing-key.js';
import { EvidenceRepository } from './evidence.repository.js';

const MAX_WAITING = 1_000;

/**
 * Everything that an auditor needs to verify the log apart from the service: lines of JSON, one for each root as the object store has it,
 * each followed by the records that it covers; then what no root covers yet. Who verifies needs to hold nothing but where each chain ends.
 */
@Injectable()
export class EvidenceService {
  constructor(
    private readonly repository: EvidenceRepository,
    private readonly rootRows: RootRepository,
    private readonly installation: Installation,
    private readonly key: SigningKey,
    private readonly policy: Policy,
    @Inject(AUDIT_ROOTS) private readonly roots: AuditRoots,
  ) {}

  /** Needs `administer` of `system/audit`. */
  async open(caller: Principal): Promise<AsyncGenerator<object>> {
    await this.policy.authorize(caller, 'administer', systemResource('audit'));
    return this.lines();
  }

  private async *lines(): AsyncGenerator<object> {
    const { pem, fingerprint } = await this.key.public();
    const installation = await this.installation.id();
    yield {
      type: 'log',
      format: 1,
      installation,
      publicKey: pem,
      key: fingerprint,
      at: new Date().toISOString(),
    };
    /** How far each segment was shown; a map of all segments is small beside their records. */
    const shown = new Map<string, { from: number; to: number }>();
    let roots = 0;
    // What the database has a copy of is in the store: it was there before.
    const copies = (await this.rootRows.last())?.number ?? 0;
    for await (const name of this.roots.list()) {
      const text = await this.roots.read(name);
      roots += 1;
      yield { type: 'root', name, text };
      for (const { segment, from, to } of segmentsOf(text)) {
        const before = shown.get(segment);
        yield* this.records(segment, from, to);
        shown.set(segment, {
          from: Math.min(before?.from ?? from, from),
          to: Math.max(before?.to ?? to, to),
        });
      }
    }
    for await (const copy of this.repository.roots(Math.max(copies, roots))) yield { type: 'copy', ...copy };
    for await (const segment of this.repository.segments()) {
      const { from, to } = shown.get(segment) ?? { from: 0, to: -1 };
      for await (const row of this.repository.outside(segment, from, to)) yield { type: 'record', ...row };
    }
    for (const { id, at } of await this.repository.waitingChanges(MAX_WAITING))
      yield { type: 'waiting', id, at: at.toISOString() };
    yield { type: 'end', roots, at: new Date().toISOString() };
  }

  private async *records(segment: string, from: number, to: number): AsyncGenerator<object> {
    for await (const row of this.repository.range(segment, from, to)) yield { type: 'record', ...row };
  }
}

/** What a root says of segments; nothing when it is not a root, which whoever verifies will tell. */
function segmentsOf(text: string | undefined): Root['segments'] {
  try {
    const { document } = JSON.parse(text ?? '') as { document: string };
    const { segments } = JSON.parse(document) as Root;
    return segments.filter(({ segment, from, to }) => UUID.test(segment) && isCount(from) && isCount(to));
  } catch {
    return [];
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
