import { type Client, sha256 } from './client.js';
import type { Promised } from './promised.js';
import type { Site } from './site.js';

const REACHED = `WITH RECURSIVE reached AS (
    SELECT repository_id, commit_id AS id, name FROM ref
    UNION SELECT c.repository_id, unnest(c.parents), d.name FROM reached AS d
    JOIN commit AS c ON c.repository_id = d.repository_id AND c.id = d.id
  )`;

/**
 * Looks at all there is while nothing is under way.
 * @param audited commits that need not be looked at again; those that are now are added
 * @returns what is not as it was promised, one line each; what is promised is settled by what was found
 */
export async function audit(
  site: Site,
  client: Client,
  promised: Promised,
  audited: Set<string>,
): Promise<string[]> {
  const broken: string[] = [];
  const onMain = await site.rows<{ id: string }>(`${REACHED} SELECT id FROM reached WHERE name = 'main'`);
  const history = new Set(onMain.map(({ id }) => id));
  for (const id of promised.commits)
    if (!history.has(id)) broken.push(`commit ${id} was acknowledged and is lost`);

  const digests = new Map<string, { revision: string; path: string }>();
  const reached = await site.rows<{ id: string }>(`${REACHED} SELECT DISTINCT id FROM reached`);
  for (const { id } of reached) {
    if (audited.has(id)) continue;
    audited.add(id);
    const entries = await client.entries(id);
    if (entries === undefined) broken.push(`the tree of ${id} cannot be read`);
    else broken.push(...halves(entries).map((pair) => `${id} holds half of ${pair}`));
    for (const [path, digest] of entries ?? []) digests.set(digest, { revision: id, path });
  }
  for (const [digest, { revision, path }] of digests) {
    const bytes = await client.read(revision, path);
    if (bytes === undefined || sha256(bytes) !== digest) broken.push(`${path} of ${revision} cannot be read`);
  }

  const main = (await client.entries('main')) ?? new Map<string, string>();
  for (const [pair, texts] of promised.pairs()) {
    const digest = main.get(`${pair}/a`);
    const text = [...texts].find((text) => (text === undefined ? undefined : sha256(text)) === digest);
    if (text === undefined && digest !== undefined) broken.push(`${pair} has a text that nobody left there`);
    if (digest === undefined && !texts.has(undefined)) broken.push(`${pair} was acknowledged and is lost`);
    promised.settle(pair, text);
  }

  const known = await site.rows<{ sha256: string }>('SELECT sha256 FROM stored_object');
  const inLedger = new Set(known.map((row) => row.sha256));
  for (const digest of await site.stored())
    if (!inLedger.has(digest)) broken.push(`the object ${digest} is stored, and not in the ledger`);
  return broken;
}

/** Pairs whose files differ: of a commit that is there by half. */
export function halves(entries: ReadonlyMap<string, string>): string[] {
  const pairs = new Set([...entries.keys()].map((path) => path.slice(0, -2)));
  return [...pairs].filter((pair) => entries.get(`${pair}/a`) !== entries.get(`${pair}/b`));
}
