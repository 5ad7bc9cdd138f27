import { UsageError } from '../exit-codes.js';

/** `REPO@REVISION:PATH`, taken apart. What each part may be, the service checks. */
export interface Address {
  readonly repository: string;
  readonly revision?: string;
  /** Empty or ending in `/` for all below it. */
  readonly path?: string;
}

/**
 * Takes an address apart. A name has no `@` or `:`, a revision no `:`, a path may have both.
 * @throws {UsageError} when the name is missing, or a part after its sign
 */
export function parseAddress(text: string): Address {
  const match = /^([^@:]+)(?:@([^:]+))?(?::(.*))?$/su.exec(text);
  if (match === null) {
    throw new UsageError(
      `${JSON.stringify(text)}: must be an address like penguins, penguins@v1 or penguins@main:raw/penguins.csv`,
    );
  }
  const [, repository, revision, path] = match;
  return {
    repository: repository!,
    ...(revision !== undefined && { revision }),
    ...(path !== undefined && { path }),
  };
}

/** An address that must name a revision. @throws {UsageError} */
export function parseRevisionAddress(text: string): Address & { readonly revision: string } {
  const { revision, ...address } = parseAddress(text);
  if (revision === undefined)
    throw new UsageError(`${JSON.stringify(text)}: must name a revision, as in ${address.repository}@main`);
  return { ...address, revision };
}
