/**
 * The ETag of an object, or of a part of one: its SHA-256 and `-1`. Clients take an ETag for the MD5 of what they sent, as it is in S3, but for
 * one with a dash, which is of an upload in parts there.
 */
export function etagOf(sha256: string): string {
  return `"${sha256}-1"`;
}

/**
 * The SHA-256 that an ETag names, or `*`, as a condition or a list of parts has it; the digest alone names it too. Weak marks are overlooked:
 * there are no weak ETags here.
 */
export function digestIn(etag: string): string {
  return etag
    .trim()
    .replace(/^(?:W\/)?"(.*)"$/, '$1')
    .replace(/^([0-9a-f]{64})-1$/, '$1');
}
