import { Injectable } from '@nestjs/common';
import { batched, Database, prepared } from '../../platform/index.js';
import type { Asset, AssetSpace } from './asset.js';
import { assetColumns } from './asset-columns.js';

/** An asset as the world shows it to exist. */
export type AssetSeen = Pick<
  Asset,
  'id' | 'space' | 'kind' | 'identityNamespace' | 'identityName' | 'namespace' | 'isManaged'
>;

/** What people may edit. */
export type AssetEdit = Partial<Pick<Asset, 'description' | 'owners'>>;

@Injectable()
export class AssetRepository {
  constructor(private readonly database: Database) {}

  readonly find: (id: string) => Promise<Asset | undefined> = batched(
    async (ids) => new Map((await this.findMany(ids)).map((asset) => [asset.id, asset])),
  );

  async findMany(ids: readonly string[]): Promise<Asset[]> {
    return this.database.query<Asset>(
      prepared(`SELECT ${assetColumns('a')} FROM asset AS a WHERE a.id = ANY($1::uuid[])`),
      [ids],
    );
  }

  async findByIdentity(
    space: AssetSpace,
    identityNamespace: string,
    identityName: string,
  ): Promise<Asset | undefined> {
    const [asset] = await this.database.query<Asset>(
      `SELECT ${assetColumns('a')} FROM asset AS a
       WHERE a.space = $1 AND a.identity_namespace = $2 AND a.identity_name = $3`,
      [space, identityNamespace, identityName],
    );
    return asset;
  }

  /**
   * Makes the assets that are not there yet. One that is there keeps what it has, but a more telling kind wins (a model over a
   * dataset, an endpoint or workload over a job), whatever the order. Rows are taken in the order of ids, so that concurrent
   * calls do not lock each other out.
   * @returns ids of the assets that are new or changed
   */
  async see(assets: readonly AssetSeen[]): Promise<string[]> {
    const inserted = await this.insert(assets);
    const known = assets.filter(({ id }) => !inserted.has(id)).map(({ id, kind }) => ({ id, kind }));
    if (known.length === 0) return [...inserted];
    const raised = await this.database.query<{ id: string }>(
      `WITH seen AS (
         SELECT a.id, r.kind FROM asset AS a JOIN jsonb_to_recordset($1::jsonb) AS r (id uuid, kind text) ON a.id = r.id
         WHERE a.kind <> r.kind AND (
           (a.kind = 'dataset') OR (a.kind = 'job') OR (a.kind = 'workload' AND r.kind = 'endpoint'))
         ORDER BY a.id FOR UPDATE OF a
       )
       UPDATE asset AS a SET kind = seen.kind, updated_at = now() FROM seen WHERE a.id = seen.id RETURNING a.id`,
      [JSON.stringify(known)],
    );
    return [...inserted, ...raised.map(({ id }) => id)];
  }

  /** Makes or takes over an asset as one that Cairn manages. */
  async manage(asset: AssetSeen): Promise<void> {
    if ((await this.insert([asset])).size > 0) return;
    await this.database.query(
      'UPDATE asset SET kind = $2, namespace = $3, is_managed = true, updated_at = now() WHERE id = $1',
      [asset.id, asset.kind, asset.namespace],
    );
  }

  /**
   * Those that are not there yet. No target of the conflict: of one, two who insert the same asset at once could still meet at the other
   * unique constraint, that of the name, and one would fail.
   * @returns their ids
   */
  private async insert(assets: readonly AssetSeen[]): Promise<Set<string>> {
    const rows = await this.database.query<{ id: string }>(
      `INSERT INTO asset (id, space, kind, identity_namespace, identity_name, namespace, is_managed)
       SELECT r.id, r.space, r.kind, r."identityNamespace", r."identityName", r.namespace, r."isManaged"
       FROM jsonb_to_recordset($1::jsonb) AS r
         (id uuid, space text, kind text, "identityNamespace" text, "identityName" text, namespace text, "isManaged" boolean)
       ORDER BY r.id
       ON CONFLICT DO NOTHING RETURNING id`,
      [JSON.stringify(assets)],
    );
    return new Set(rows.map(({ id }) => id));
  }

  async edit(id: string, edit: AssetEdit): Promise<void> {
    await this.database.query(
      `UPDATE asset SET description = CASE WHEN $2 THEN $3 ELSE description END, owners = coalesce($4, owners),
         updated_at = now() WHERE id = $1`,
      [id, 'description' in edit, edit.description ?? null, edit.owners ?? null],
    );
  }

  /**
   * Makes names stand for assets.
   * @param aliases by the id of the name; one that stands for itself is an asset of its own
   * @returns the names that changed, and the assets that they were names of
   */
  async alias(aliases: ReadonlyMap<string, string>): Promise<{ id: string; formerId: string | null }[]> {
    return this.database.query(
      `WITH given AS (
         SELECT "id", nullif("aliasOf", "id") AS alias_of FROM jsonb_to_recordset($1::jsonb) AS r ("id" uuid, "aliasOf" uuid)
       )
       UPDATE asset AS a SET alias_of = g.alias_of, updated_at = now() FROM given AS g JOIN asset AS former ON former.id = g.id
       WHERE a.id = g.id AND a.alias_of IS DISTINCT FROM g.alias_of RETURNING a.id, former.alias_of AS "formerId"`,
      [JSON.stringify([...aliases].map(([id, aliasOf]) => ({ id, aliasOf })))],
    );
  }

  /** Assets of which some names are the first in their OpenLineage namespace. @param names ids of such names */
  async namedElsewhere(names: readonly string[]): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT DISTINCT a.id FROM asset AS n JOIN asset AS a ON a.id = n.alias_of
       WHERE n.id = ANY($1) AND n.identity_namespace <> a.identity_namespace AND NOT EXISTS (
         SELECT FROM asset AS o
         WHERE o.alias_of = a.id AND o.identity_namespace = n.identity_namespace AND o.id <> ALL($1::uuid[]))`,
      [names],
    );
    return rows.map(({ id }) => id);
  }

  /** Ids of assets known only from events that have a name in another OpenLineage namespace. */
  async severalNamed(): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `SELECT DISTINCT a.id FROM asset AS a JOIN asset AS n ON n.alias_of = a.id
       WHERE n.identity_namespace <> a.identity_namespace AND NOT a.is_managed`,
    );
    return rows.map(({ id }) => id);
  }

  /**
   * The OpenLineage namespaces of all names of assets known only from events. Holds the assets until the transaction under way ends, in
   * the order of ids: who adds another name at the same time sees those of the other, or is seen.
   */
  async identityNamespaces(ids: readonly string[]): Promise<Map<string, string[]>> {
    await this.database.query('SELECT 1 FROM asset WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
    const rows = await this.database.query<{ id: string; namespaces: string[] }>(
      `SELECT a.id, array_agg(DISTINCT n.identity_namespace) AS namespaces
       FROM asset AS a JOIN asset AS n ON n.id = a.id OR n.alias_of = a.id
       WHERE a.id = ANY($1) AND NOT a.is_managed GROUP BY a.id`,
      [ids],
    );
    return new Map(rows.map(({ id, namespaces }) => [id, namespaces]));
  }

  /** Moves assets to places in policy's namespaces. @param places by asset @returns ids of those that moved */
  async placeEach(places: ReadonlyMap<string, string>): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `UPDATE asset AS a SET namespace = p.namespace, updated_at = now()
       FROM jsonb_to_recordset($1::jsonb) AS p (id uuid, namespace text)
       WHERE a.id = p.id AND a.namespace <> p.namespace RETURNING a.id`,
      [JSON.stringify([...places].map(([id, namespace]) => ({ id, namespace })))],
    );
    return rows.map((row) => row.id);
  }

  /**
   * Moves assets known only from events, all of whose names are in one OpenLineage namespace, to other places in policy's namespaces.
   * Rows are taken in the order of ids, as by {@link see}.
   * @param places by OpenLineage namespace
   * @returns ids of those that moved
   */
  async place(places: ReadonlyMap<string, string>): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(
      `WITH due AS (
         SELECT a.id, p.namespace FROM jsonb_to_recordset($1::jsonb) AS p ("identityNamespace" text, namespace text)
         JOIN asset AS a ON a.identity_namespace = p."identityNamespace"
         WHERE NOT a.is_managed AND a.namespace <> p.namespace AND NOT EXISTS (
           SELECT FROM asset AS n WHERE n.alias_of = a.id AND n.identity_namespace <> a.identity_namespace)
         ORDER BY a.id FOR NO KEY UPDATE OF a
       )
       UPDATE asset AS a SET namespace = due.namespace, updated_at = now() FROM due WHERE a.id = due.id RETURNING a.id`,
      [
        JSON.stringify(
          [...places].map(([identityNamespace, namespace]) => ({ identityNamespace, namespace })),
        ),
      ],
    );
    return rows.map((row) => row.id);
  }

  /** OpenLineage namespaces of assets known only from events. */
  async externalIdentityNamespaces(): Promise<string[]> {
    const rows = await this.database.query<{ namespace: string }>(
      'SELECT DISTINCT identity_namespace AS namespace FROM asset WHERE NOT is_managed',
    );
    return rows.map((row) => row.namespace);
  }
}
