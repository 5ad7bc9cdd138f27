/** Names of one asset that are asked about at most, those of the latest first: engines may give a job a name each time that it runs. */
export const MAX_MEMBERS = 1_000;

/** A query of the ids of an asset's names, its own among them. @param asset its id, in SQL */
export function namesOf(asset: string): string {
  return `SELECT ${asset}::uuid AS raw_id UNION ALL (
    SELECT raw_id FROM lineage_alias WHERE asset_id = ${asset} AND raw_id <> asset_id ORDER BY seq DESC LIMIT ${MAX_MEMBERS})`;
}
