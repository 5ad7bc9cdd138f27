import { isKind, KINDS } from '../vocabulary.js';
import type { Kind } from '../vocabulary.js';
import { globMatches, parseGlob } from './glob.js';
import type { Glob } from './glob.js';

/** The `obj` column: a glob over `kind/name`, taken apart. */
export interface ObjectGlob {
  readonly source: string;
  /** The only kind that matches; undefined when any does. */
  readonly kind: Kind | undefined;
  readonly name: Glob;
}

/**
 * Parses an `obj` column. The first segment is a kind, `*` or `**`; the rest is a glob over the name; `**` alone is
 * everything.
 * @returns the glob, or a sentence saying what is wrong
 */
export function parseObjectGlob(source: string): ObjectGlob | string {
  const slash = source.indexOf('/');
  const first = slash === -1 ? source : source.slice(0, slash);
  if (first !== '**' && first !== '*' && !isKind(first)) {
    return `"${first}" is not a kind; an object is kind/name with one of ${KINDS.join(', ')}, * or **`;
  }
  if (slash === -1 && first !== '**')
    return `"${source}" has no name; write ${source}/** for every ${source}`;
  const name = parseGlob(first === '**' ? source : source.slice(slash + 1));
  if (typeof name === 'string') return name;
  return { source, kind: isKind(first) ? first : undefined, name };
}

/** Whether the object `kind/name` matches. */
export function objectMatches(glob: ObjectGlob, kind: Kind, name: string): boolean {
  return (glob.kind === undefined || glob.kind === kind) && globMatches(glob.name, name);
}
