/** How an asset is spelled: OpenLineage's namespace and name. */
export interface Spelling {
  readonly namespace: string;
  readonly name: string;
}

/** Longer spellings are left as they are. In characters, of namespace and name together. */
export const MAX_SPELLING_CHARS = 4_000;

export function isSameSpelling(a: Spelling, b: Spelling): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

/** A namespace as a URI. */
export interface Location {
  /** In small letters, without `://`. */
  readonly scheme: string;
  /** What stands before the first slash: `user@host:port`, a bucket, several hosts with commas; may be empty. */
  readonly authority: string;
  /** The rest, from its slash on; may be empty. */
  readonly path: string;
}

const LOCATION = /^([a-z][a-z0-9+.-]{0,30}):\/\/([^/]*)(.*)$/is;

/** Undefined when it is no URI with `://`. */
export function locationOf(namespace: string): Location | undefined {
  const match = LOCATION.exec(namespace);
  return match === null
    ? undefined
    : { scheme: match[1]!.toLowerCase(), authority: match[2]!, path: match[3]! };
}

export function namespaceAt({ scheme, authority, path }: Location): string {
  return `${scheme}://${authority}${path}`;
}

/** The same spelling with the location of its namespace changed; as it is when the namespace is no location, or not of `schemes`. */
export function relocated(
  spelling: Spelling,
  schemes: ReadonlySet<string>,
  change: (location: Location) => Location,
): Spelling {
  const location = locationOf(spelling.namespace);
  if (location === undefined || !schemes.has(location.scheme)) return spelling;
  return { ...spelling, namespace: namespaceAt(change(location)) };
}
