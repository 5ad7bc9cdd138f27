import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { batched, Database, type PageRequest, prepared } from '../../platform/index.js';
import { AuditLog } from '../../policy/index.js';
import { GC_LOCK } from '../gc/gc-lock.js';
import type { Ref, RefType } from './ref.js';

const COLUMNS =
  'type, name, commit_id AS "commitId", is_protected AS "isProtected", updated_at AS "updatedAt"';

/** Who moved a ref, and by which operation, for the reflog. */
export interface RefMove {
  readonly actor: string;
  readonly reason: string;
}

/** One move of a branch. */
export interface RefStep extends RefMove {
  readonly from: string;
  readonly to: string;
}

/** One move of a ref that happened. */
export interface ReflogEntry extends RefMove {
  readonly id: string;
  /** Null where the ref was made. */
  readonly fromCommit: string | null;
  /** Null where it was deleted. */
  readonly toCommit: string | null;
  readonly at: Date;
}

/** A repository, as the audit log names it. */
interface Place {
  readonly namespace: string;
  readonly on: string;
  readonly name: string;
}

@Injectable()
export class RefRepository {
  /** What repositories are called and where they stand: neither changes. */
  private readonly places = new LRUCache<string, Place>({ max: 10_000 });

  constructor(
    private readonly database: Database,
    private readonly audit: AuditLog,
  ) {}

  find(repositoryId: string, type: RefType, name: string): Promise<Ref | undefined> {
    return this.findByKey(`${repositoryId} ${type} ${name}`);
  }

  private readonly findByKey = batched<Ref>(async (keys) => {
    const parts = keys.map((key) => key.split(' ', 3) as [string, string, string]);
    const rows = await this.database.query<Ref & { key: string }>(
      prepared(`SELECT ${COLUMNS}, repository_id || ' ' || type || ' ' || name AS key FROM ref
       WHERE (repository_id, type, name) IN (SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[]))`),
      [parts.map(([id]) => id), parts.map(([, type]) => type), parts.map(([, , name]) => name)],
    );
    return new Map(rows.map(({ key, ...ref }) => [key, ref]));
  });

  /** The ref with the longest of some names; a branch before a tag. */
  findLongest(repositoryId: string, names: readonly string[]): Promise<Ref | undefined> {
    return this.longestByKey(JSON.stringify({ repository: repositoryId, names }));
  }

  private readonly longestByKey = batched<Ref>(async (keys) => {
    const rows = await this.database.query<Ref & { position: string }>(
      prepared(`SELECT k.position, r.* FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS k (wanted, position)
       CROSS JOIN LATERAL (
         SELECT ${COLUMNS} FROM ref
         WHERE repository_id = (wanted->>'repository')::uuid AND name IN (SELECT jsonb_array_elements_text(wanted->'names'))
         ORDER BY length(name) DESC, type LIMIT 1) AS r`),
      [`[${keys.join(',')}]`],
    );
    return new Map(rows.map(({ position, ...ref }) => [keys[Number(position) - 1]!, ref]));
  });

  /** Names of branches and tags as folders, with `/` at their ends, in the order of their bytes. */
  async folders(
    repositoryId: string,
    { prefix, after, limit }: { readonly prefix: string; readonly after: string; readonly limit: number },
  ): Promise<string[]> {
    const rows = await this.database.query<{ folder: string }>(
      `SELECT DISTINCT (name || '/') COLLATE "C" AS folder FROM ref
       WHERE repository_id = $1 AND starts_with(name || '/', $2) AND (name || '/') COLLATE "C" > $3 ORDER BY folder LIMIT $4`,
      [repositoryId, prefix, after, limit],
    );
    return rows.map(({ folder }) => folder);
  }

  list(repositoryId: string, type: RefType, page: PageRequest<readonly [string]>): Promise<Ref[]> {
    return this.database.query<Ref>(
      `SELECT ${COLUMNS} FROM ref WHERE repository_id = $1 AND type = $2 AND name > $3 ORDER BY name LIMIT $4`,
      [repositoryId, type, page.after?.[0] ?? '', page.limit],
    );
  }

  /** @returns false when the name is taken */
  async create(
    repositoryId: string,
    type: RefType,
    name: string,
    commitId: string,
    move: RefMove,
  ): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO ref (repository_id, type, name, commit_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING 1`,
      [repositoryId, type, name, commitId],
    );
    if (rows.length > 0) await this.log(repositoryId, type, name, undefined, commitId, move);
    return rows.length > 0;
  }

  /**
   * Keeps commits from being collected as garbage until the transaction under way ends, for a ref that will reach them.
   * @returns one that is collected already, and the collection that did it
   */
  async hold(
    repositoryId: string,
    commitIds: readonly string[],
  ): Promise<{ readonly id: string; readonly collectedBy: string } | undefined> {
    await this.database.query(`SELECT pg_advisory_xact_lock_shared(${GC_LOCK})`);
    const [collected] = await this.database.query<{ id: string; collectedBy: string }>(
      `SELECT id, collected_by AS "collectedBy" FROM commit
       WHERE repository_id = $1 AND id = ANY($2) AND collected_at IS NOT NULL LIMIT 1`,
      [repositoryId, commitIds],
    );
    return collected;
  }

  /** A commit that a ref is on and that was collected with its deleted repository; none is from now until the transaction ends. */
  async collectedHead(
    repositoryId: string,
  ): Promise<{ readonly id: string; readonly collectedBy: string } | undefined> {
    const rows = await this.database.query<{ id: string }>(
      'SELECT DISTINCT commit_id AS id FROM ref WHERE repository_id = $1',
      [repositoryId],
    );
    return this.hold(
      repositoryId,
      rows.map(({ id }) => id),
    );
  }

  /** Whether a branch is at a commit; it stays there until the transaction under way ends. */
  async isAt(repositoryId: string, branch: string, commitId: string): Promise<boolean> {
    const rows = await this.database.query(
      prepared(
        `SELECT 1 FROM ref WHERE repository_id = $1 AND type = 'branch' AND name = $2 AND commit_id = $3 FOR UPDATE`,
      ),
      [repositoryId, branch, commitId],
    );
    return rows.length > 0;
  }

  /** Moves a branch that {@link isAt} the first step's start through one commit after the other. */
  async advance(repositoryId: string, branch: string, steps: readonly RefStep[]): Promise<void> {
    await Promise.all([
      this.database.query(
        prepared(
          `UPDATE ref SET commit_id = $3, updated_at = now() WHERE repository_id = $1 AND type = 'branch' AND name = $2`,
        ),
        [repositoryId, branch, steps.at(-1)!.to],
      ),
      this.database.query(
        prepared(`INSERT INTO reflog (repository_id, type, name, from_commit, to_commit, actor, reason)
         SELECT $1, 'branch', $2, "from", "to", actor, reason
         FROM jsonb_to_recordset($3::jsonb) AS s("from" text, "to" text, actor text, reason text)`),
        [repositoryId, branch, JSON.stringify(steps)],
      ),
      this.record(repositoryId, 'branch', branch, steps),
    ]);
  }

  /** Where refs were and are, newest first. @param page.after the id of the last entry shown */
  reflog(
    repositoryId: string,
    type: RefType,
    name: string,
    page: PageRequest<readonly [string]>,
  ): Promise<ReflogEntry[]> {
    return this.database.query<ReflogEntry>(
      `SELECT id::text, from_commit AS "fromCommit", to_commit AS "toCommit", actor, reason, at FROM reflog
       WHERE repository_id = $1 AND type = $2 AND name = $3 AND ($4::bigint IS NULL OR id < $4) ORDER BY id DESC LIMIT $5`,
      [repositoryId, type, name, page.after?.[0] ?? null, page.limit],
    );
  }

  async protect(repositoryId: string, branch: string, isProtected: boolean): Promise<void> {
    await this.database.query(
      `UPDATE ref SET is_protected = $3 WHERE repository_id = $1 AND type = 'branch' AND name = $2`,
      [repositoryId, branch, isProtected],
    );
  }

  /** @returns false when the branch was not at `from` */
  async deleteBranch(repositoryId: string, branch: string, from: string, move: RefMove): Promise<boolean> {
    const rows = await this.database.query(
      `DELETE FROM ref WHERE repository_id = $1 AND type = 'branch' AND name = $2 AND commit_id = $3 RETURNING 1`,
      [repositoryId, branch, from],
    );
    if (rows.length > 0) await this.log(repositoryId, 'branch', branch, from, undefined, move);
    return rows.length > 0;
  }

  private async log(
    repositoryId: string,
    type: RefType,
    name: string,
    from: string | undefined,
    to: string | undefined,
    move: RefMove,
  ): Promise<void> {
    const { actor, reason } = move;
    await this.database.query(
      `INSERT INTO reflog (repository_id, type, name, from_commit, to_commit, actor, reason) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [repositoryId, type, name, from ?? null, to ?? null, actor, reason],
    );
    await this.record(repositoryId, type, name, [{ ...move, from, to }]);
  }

  /** Every move of a ref is in the audit log, whoever made it: none comes about but here. */
  private async record(
    repositoryId: string,
    type: RefType,
    ref: string,
    steps: readonly (RefMove & { readonly from: string | undefined; readonly to: string | undefined })[],
  ): Promise<void> {
    const place = this.places.get(repositoryId) ?? (await this.placeOf(repositoryId));
    this.places.set(repositoryId, place);
    await this.audit.changeAll(
      steps.map(({ actor, reason, from, to }) => {
        const what = from === undefined ? 'created' : to === undefined ? 'deleted' : 'moved';
        const detail = { ref, from, to, reason };
        return { author: actor, change: { ...place, action: `${type}.${what}`, detail } };
      }),
    );
  }

  private async placeOf(repositoryId: string): Promise<Place> {
    const [place] = await this.database.query<Place>(
      `SELECT a.namespace, a.kind AS "on", r.name FROM repository AS r JOIN asset AS a ON a.id = r.asset_id WHERE r.id = $1`,
      [repositoryId],
    );
    return place!;
  }
}
