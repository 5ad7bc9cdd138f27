import { Injectable } from '@nestjs/common';
import { Database, type PageRequest } from '../../platform/index.js';
import { AuditLog } from '../audit/audit-log.js';
import type { BundleFile } from '../bundle/bundle.js';
import type { LivePointer, PolicyMove, StoredVersion } from './policy-version.js';

/** What the one who moves the pointer must know of it. */
export interface LockedPointer {
  readonly version: string;
  readonly digest: string;
  readonly generation: number;
  /** Of the latest manifest that was taken; null when none ever was. */
  readonly sequence: number | null;
  readonly sequenceDigest: string | null;
}

interface VersionRow extends Omit<StoredVersion, 'proof' | 'files' | 'sourceRef'> {
  readonly files: readonly BundleFile[];
  readonly manifest: string | null;
  readonly signature: string | null;
  readonly signedBy: string | null;
  readonly sourceRef: string | null;
}

const MOVE_COLUMNS = `generation::float8 AS generation, version, from_version AS "fromVersion", source, source_ref AS "sourceRef",
  signed_by AS "signedBy", sequence::float8 AS sequence, moved_by AS "movedBy", reason, moved_at AS "movedAt"`;

@Injectable()
export class VersionRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  /** Undefined before anything was delivered. */
  async live(): Promise<LivePointer | undefined> {
    const [row] = await this.database.query<LivePointer>(
      `SELECT l.version, v.digest, l.generation::float8 AS generation, l.changed_at AS "changedAt", l.changed_by AS "changedBy"
       FROM policy_live AS l JOIN policy_version AS v USING (version)`,
    );
    return row;
  }

  /** The pointer, which nobody else moves until the transaction under way ends. Undefined before the first move. */
  async lock(): Promise<LockedPointer | undefined> {
    // A row that is not there cannot be locked: of several first moves, the others wait here.
    await this.database.query("SELECT pg_advisory_xact_lock(hashtext('cairn.policy-live'))");
    const [row] = await this.database.query<LockedPointer>(
      `SELECT l.version, v.digest, l.generation::float8 AS generation, l.sequence::float8 AS sequence, l.sequence_digest AS "sequenceDigest"
       FROM policy_live AS l JOIN policy_version AS v USING (version) FOR UPDATE OF l`,
    );
    return row;
  }

  async find(version: string): Promise<StoredVersion | undefined> {
    const [row] = await this.database.query<VersionRow>(
      `SELECT version, digest, files, manifest, signature, signed_by AS "signedBy", source, source_ref AS "sourceRef",
         stored_by AS "storedBy", reason, report FROM policy_version WHERE version = $1`,
      [version],
    );
    if (row === undefined) return undefined;
    const { manifest, signature, signedBy, sourceRef, ...rest } = row;
    const proof =
      manifest === null || signature === null || signedBy === null
        ? undefined
        : { manifest, signature, signedBy };
    return { ...rest, proof, sourceRef: sourceRef ?? undefined };
  }

  /** Two at most. @param prefix hex digits */
  async beginningWith(prefix: string): Promise<string[]> {
    const rows = await this.database.query<{ version: string }>(
      'SELECT version FROM policy_version WHERE starts_with(version, $1) LIMIT 2',
      [prefix],
    );
    return rows.map(({ version }) => version);
  }

  /**
   * Keeps a version. One that is there has the same meaning: it takes over comments, cases and signature, of which the later ones are
   * the better known.
   */
  async store(version: StoredVersion): Promise<void> {
    const { proof } = version;
    await this.database.query(
      `INSERT INTO policy_version (version, digest, files, manifest, signature, signed_by, source, source_ref, stored_by, reason, report)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (version) DO UPDATE SET digest = excluded.digest, files = excluded.files, manifest = excluded.manifest,
         signature = excluded.signature, signed_by = excluded.signed_by, source = excluded.source, source_ref = excluded.source_ref,
         stored_by = excluded.stored_by, reason = excluded.reason, report = excluded.report
       WHERE policy_version.digest <> excluded.digest`,
      [
        ...[version.version, version.digest, JSON.stringify(version.files)],
        ...[proof?.manifest ?? null, proof?.signature ?? null, proof?.signedBy ?? null],
        ...[version.source, version.sourceRef ?? null, version.storedBy, version.reason],
        JSON.stringify(version.report),
      ],
    );
  }

  /** A later manifest for what is live, or the first of all. */
  async setSequence(sequence: number, digest: string): Promise<void> {
    await this.database.query('UPDATE policy_live SET sequence = $1, sequence_digest = $2', [
      sequence,
      digest,
    ]);
  }

  /**
   * Moves the pointer from a generation to the next, and keeps the move.
   * @returns the new generation; undefined when the pointer is not at `from` any more
   */
  async move(from: number, move: Omit<PolicyMove, 'generation' | 'movedAt'>): Promise<number | undefined> {
    const [row] = await this.database.query<{ generation: number }>(
      `WITH moved AS (
         INSERT INTO policy_live AS l (version, generation, changed_by) VALUES ($2, $1::bigint + 1, $8)
         ON CONFLICT (is_only) DO UPDATE SET version = excluded.version, generation = excluded.generation, changed_by = excluded.changed_by,
           changed_at = now() WHERE l.generation = $1::bigint
         RETURNING generation
       )
       INSERT INTO policy_move (generation, version, from_version, source, source_ref, signed_by, sequence, moved_by, reason)
       SELECT generation, $2, $3, $4, $5, $6, $7::bigint, $8, $9 FROM moved RETURNING generation::float8 AS generation`,
      [
        ...[from, move.version, move.fromVersion, move.source, move.sourceRef, move.signedBy, move.sequence],
        ...[move.movedBy, move.reason],
      ],
    );
    if (row === undefined) return undefined;
    const { movedBy, version, ...detail } = move;
    const action = move.source === 'rollback' ? 'policy.rolled-back' : 'policy.applied';
    await this.audit.change(movedBy, { action, on: 'policy', name: version, detail });
    return row.generation;
  }

  /** Latest first. */
  moves(page: PageRequest<readonly [number]>): Promise<PolicyMove[]> {
    return this.database.query<PolicyMove>(
      `SELECT ${MOVE_COLUMNS} FROM policy_move WHERE $1::bigint IS NULL OR generation < $1::bigint
       ORDER BY policy_move.generation DESC LIMIT $2`,
      [page.after?.[0] ?? null, page.limit],
    );
  }

  /** The latest 1,000 moves, oldest first. */
  async path(): Promise<Pick<PolicyMove, 'version' | 'source'>[]> {
    const rows = await this.database.query<Pick<PolicyMove, 'version' | 'source'>>(
      'SELECT version, source FROM policy_move ORDER BY generation DESC LIMIT 1000',
    );
    return rows.reverse();
  }
}
