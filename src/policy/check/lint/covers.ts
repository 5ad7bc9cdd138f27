import type { Ancestry } from '../../bundle/ancestry.js';
import type { TagTest } from '../../bundle/bundle.js';
import { globMatches, type Glob } from '../../glob/glob.js';
import type { ObjectGlob } from '../../glob/object-glob.js';

/** Whether `wide` matches every object that `narrow` matches; false also when it cannot be told from how they are written. */
export function objectCovers(wide: ObjectGlob, narrow: ObjectGlob): boolean {
  return (wide.kind === undefined || wide.kind === narrow.kind) && globCovers(wide.name, narrow.name);
}

/** Whether some object may match both; true also when it cannot be told. */
export function objectsMeet(left: ObjectGlob, right: ObjectGlob): boolean {
  if (left.kind !== undefined && right.kind !== undefined && left.kind !== right.kind) return false;
  if (left.name.isExact) return globMatches(right.name, left.name.source);
  if (right.name.isExact) return globMatches(left.name, right.name.source);
  const [one, other] = [left.name.prefix, right.name.prefix];
  return one.startsWith(other) || other.startsWith(one);
}

/** Whether no asset can meet both; false also when it cannot be told. */
export function areApart(left: TagTest, right: TagTest, tree: Ancestry): boolean {
  const excludes = ({ quantifier, tags }: TagTest, other: TagTest): boolean => {
    if (quantifier !== 'none') return false;
    const isExcluded = (tag: string): boolean => tree.pathFrom(tag).some((each) => tags.includes(each));
    if (other.quantifier === 'any') return other.tags.every(isExcluded);
    return other.quantifier === 'all' && other.tags.some(isExcluded);
  };
  return excludes(left, right) || excludes(right, left);
}

/** Whether every asset that meets `narrow` meets `wide`; false also when it cannot be told. */
export function tagsImply(narrow: TagTest, wide: TagTest, tree: Ancestry): boolean {
  const isUnder = (tag: string, above: readonly string[]): boolean =>
    tree.pathFrom(tag).some((each) => above.includes(each));
  switch (wide.quantifier) {
    case 'always':
      return true;
    case 'any':
      if (narrow.quantifier === 'any') return narrow.tags.every((tag) => isUnder(tag, wide.tags));
      return narrow.quantifier === 'all' && narrow.tags.some((tag) => isUnder(tag, wide.tags));
    case 'all':
      if (narrow.quantifier === 'all')
        return wide.tags.every((tag) => narrow.tags.some((carried) => isUnder(carried, [tag])));
      return (
        narrow.quantifier === 'any' &&
        narrow.tags.every((carried) => wide.tags.every((tag) => isUnder(carried, [tag])))
      );
    case 'none':
      // What carries a tag of `wide` carries one of `narrow` too, where that one is above it.
      return narrow.quantifier === 'none' && wide.tags.every((tag) => isUnder(tag, narrow.tags));
  }
}

function globCovers(wide: Glob, narrow: Glob): boolean {
  if (wide.source === narrow.source) return true;
  if (narrow.isExact) return globMatches(wide, narrow.source);
  const isPrefix = wide.parts.at(-1) === 'any' && wide.parts.length <= (wide.prefix === '' ? 1 : 2);
  return isPrefix && narrow.prefix.startsWith(wide.prefix);
}
