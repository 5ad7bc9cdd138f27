import type { Glob } from '../glob/glob.js';
import type { Kind } from '../vocabulary.js';

/** What access is asked for: an asset, by where it stands and its name, or a namespace with all below it. */
export interface Target {
  readonly namespace: string;
  /** Null, with the name, for the whole namespace. */
  readonly kind: Kind | null;
  readonly name: string | null;
}

/** As people read it. */
export function targetText({ namespace, kind, name }: Target): string {
  return kind === null ? namespace : `${kind}/${name} in ${namespace}`;
}

/** The glob that matches this name and no other, whatever characters it has. */
export function exactly(name: string): Glob {
  return { source: name, parts: [{ literal: name }], prefix: name, isExact: true, steps: [] };
}
