import { HIDDEN } from './things.js';
import { rowsOf, type World, type Worlds } from './worlds.js';

/** What the service writes by itself, or whenever it is asked: who asked what, who holds which lease, what was used when. */
const BESIDE: ReadonlySet<string> = new Set([
  'audit_segment',
  'audit_root',
  'policy_attempt',
  'lease',
  'api_token',
  'access_key',
  'content_access',
]);

/** A digest of each table. */
export async function digest(world: World): Promise<ReadonlyMap<string, string>> {
  const tables = await rowsOf(
    world,
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
  );
  const digests = new Map<string, string>();
  for (const { name } of tables) {
    if (BESIDE.has(name) || name.startsWith('audit_record')) continue;
    const [row] = await rowsOf(
      world,
      `SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) AS digest FROM "${name}" AS t`,
    );
    digests.set(name, row.digest);
  }
  return digests;
}

export function changedTables(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...after.keys()].filter((table) => before.get(table) !== after.get(table));
}

/** Ids of what is hidden: in the first world's database, and not in the second's. */
export async function idsOfHidden({ a, hidden }: Worlds): Promise<ReadonlySet<string>> {
  const place = 'vault';
  const rows = await rowsOf(
    a,
    `WITH hidden AS (SELECT id FROM asset WHERE namespace LIKE $1 OR identity_name LIKE $2)
     SELECT id::text FROM hidden
     UNION ALL SELECT run_id::text FROM lineage_run WHERE job_id IN (SELECT id FROM hidden)
     UNION ALL SELECT id::text FROM principal WHERE name LIKE $2`,
    [`${place}%`, `%${HIDDEN}%`],
  );
  return new Set([...rows.map(({ id }) => id as string), hidden.id('first'), hidden.id('second')]);
}
