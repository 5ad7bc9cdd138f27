import { Injectable } from '@nestjs/common';
import { batched, Database, prepared } from '../../platform/index.js';
import { verifiedCommit } from '../commits/commit.repository.js';
import type { RefType } from '../refs/ref.js';
import type { Commit } from '../versions/index.js';
import type { StagedChange } from './staged-change.js';
import { CHANGE_COLUMNS, type ChangeRow, toChange } from './staging.repository.js';

/** What a text like `main/a/b.csv` names: a ref, and what is staged at the path behind it. */
export interface Place {
  readonly type: RefType;
  readonly name: string;
  readonly headId: string;
  /** Absent when it was collected as garbage. */
  readonly head?: Commit;
  /** Of a branch, oldest first. */
  readonly areas: readonly string[];
  readonly change?: StagedChange;
}

interface PlaceRow extends Pick<Place, 'type' | 'name' | 'headId' | 'areas'> {
  readonly position: string;
  readonly head: Commit | null;
  readonly committedAt: Date;
  readonly change: (ChangeRow & { readonly stagedAt: string }) | null;
}

/** Finds in one query, and at one instant, what readers of single files need. */
@Injectable()
export class PlaceRepository {
  constructor(private readonly database: Database) {}

  /** @param names of refs that `text` may begin with; the longest one counts, a branch before a tag */
  find(repositoryId: string, names: readonly string[], text: string): Promise<Place | undefined> {
    return this.byKey(JSON.stringify({ repository: repositoryId, names, text }));
  }

  private readonly byKey = batched<Place>(async (keys) => {
    const rows = await this.database.query<PlaceRow>(
      prepared(`SELECT k.position, r.type, r.name, r.commit_id AS "headId", areas.ids::text[] AS areas, to_jsonb(head) AS head,
         head."committedAt", to_jsonb(change) AS change
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS k (wanted, position)
       CROSS JOIN LATERAL (
         SELECT * FROM ref WHERE repository_id = (wanted->>'repository')::uuid
           AND name = ANY(ARRAY(SELECT jsonb_array_elements_text(wanted->'names')))
         ORDER BY length(name) DESC, type LIMIT 1) AS r
       LEFT JOIN LATERAL (
         SELECT id, tree, parents, author, committer, committed_at AS "committedAt", message, metadata FROM commit AS c
         WHERE c.repository_id = r.repository_id AND c.id = r.commit_id AND c.collected_at IS NULL) AS head ON true
       CROSS JOIN LATERAL (
         SELECT coalesce(array_agg(a.id ORDER BY a.id), '{}') AS ids FROM staging_area AS a
         WHERE r.type = 'branch' AND a.repository_id = r.repository_id AND a.branch = r.name AND a.closed_at IS NULL) AS areas
       LEFT JOIN LATERAL (
         SELECT ${CHANGE_COLUMNS} FROM staged_change
         WHERE area_id = ANY(areas.ids) AND path = substr(wanted->>'text', length(r.name) + 2)
         ORDER BY area_id DESC LIMIT 1) AS change ON true`),
      [`[${keys.join(',')}]`],
    );
    return new Map(rows.map((row) => [keys[Number(row.position) - 1]!, toPlace(row)]));
  });
}

/** Times within JSON are text: that of the commit, which its id is a digest of, comes beside it. */
function toPlace({ type, name, headId, areas, head, committedAt, change }: PlaceRow): Place {
  return {
    ...{ type, name, headId, areas },
    ...(head && { head: verifiedCommit({ ...head, committedAt }) }),
    ...(change && { change: toChange({ ...change, stagedAt: new Date(change.stagedAt) }) }),
  };
}
