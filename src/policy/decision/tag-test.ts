import type { Ancestry } from '../bundle/ancestry.js';
import type { TagTest } from '../bundle/bundle.js';

/** An object's classifications closed over their tree: each with the path up to it from one that the object carries. */
export type ClosedTags = ReadonlyMap<string, readonly string[]>;

/** Closes `tags` over the tree; of several paths the first wins. */
export function closeTags(tags: readonly string[], tree: Ancestry): ClosedTags {
  const closed = new Map<string, readonly string[]>();
  for (const tag of tags) {
    const path = tree.pathFrom(tag);
    for (const [index, ancestor] of path.entries()) {
      if (!closed.has(ancestor)) closed.set(ancestor, path.slice(0, index + 1));
    }
  }
  return closed;
}

/** The paths by which the test is met, none for `*` and `none(…)`; undefined when it is not met. */
export function meetsTagTest(test: TagTest, closed: ClosedTags): readonly (readonly string[])[] | undefined {
  const paths = test.tags.flatMap((tag) => {
    const path = closed.get(tag);
    return path === undefined ? [] : [path];
  });
  switch (test.quantifier) {
    case 'always':
      return paths;
    case 'any':
      return paths.length > 0 ? paths : undefined;
    case 'all':
      return paths.length === test.tags.length ? paths : undefined;
    case 'none':
      return paths.length === 0 ? paths : undefined;
  }
}
