import { createHash } from 'node:crypto';

/**
 * Marquez names versions by UUIDs, Cairn by commits and by what producers say. The UUID that stands for one here follows from what it
 * is, so that it stays the same and two replicas agree: the SHA-256 of `parts`, cut and marked as a UUID of version 8 (RFC 9562).
 */
export function versionId(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  const marked = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return marked.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The same in SQL. @param parts SQL expressions of type text, none of them null */
export function versionIdSql(...parts: readonly string[]): string {
  const hex = `left(encode(sha256(convert_to(concat_ws(' ', ${parts.join(', ')}), 'UTF8')), 'hex'), 32)`;
  return `overlay(overlay(${hex} PLACING '8' FROM 13) PLACING '8' FROM 17)::uuid`;
}

/** The version of a dataset that a producer named. */
export const namedVersion = (assetId: string, version: string): string =>
  versionId(assetId, 'version', version);

/** What a run wrote without naming a version. */
export const writtenVersion = (assetId: string, runId: string): string => versionId(assetId, 'run', runId);

/** What stands for a dataset as it is, where nothing tells versions apart. */
export const onlyVersion = (assetId: string): string => versionId(assetId, 'only');

/** What stands for a job: Cairn keeps no versions of jobs. */
export const jobVersion = (jobId: string): string => versionId(jobId, 'job');
