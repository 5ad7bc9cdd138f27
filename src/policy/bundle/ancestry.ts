/** A forest of names, each with at most one parent: the namespaces of `g2`, the classifications of `g3`. */
export class Ancestry {
  private readonly parentOf: ReadonlyMap<string, string>;
  private readonly below: ReadonlyMap<string, readonly string[]>;
  private readonly paths: ReadonlyMap<string, readonly string[]>;

  /**
   * @param links `[child, parent]`, without cycles and with one parent for a child
   * @param alone names to know of that may have no link
   */
  constructor(links: readonly (readonly [child: string, parent: string])[], alone: readonly string[] = []) {
    this.parentOf = new Map(links);
    const names = new Set([...links.flat(), ...alone]);
    this.paths = new Map([...names].map((name) => [name, this.climb(name)]));
    const below = new Map<string, string[]>();
    for (const [name, path] of this.paths) {
      for (const ancestor of path) pushTo(below, ancestor, name);
    }
    for (const names of below.values()) names.sort();
    this.below = below;
  }

  /** Every name it was told of, sorted. */
  get names(): readonly string[] {
    return [...this.paths.keys()].sort();
  }

  /** The way up from `name`, which comes first, to its root. A name it was not told of is its own root. */
  pathFrom(name: string): readonly string[] {
    return this.paths.get(name) ?? [name];
  }

  /** `name` and all names below it, sorted. */
  withDescendants(name: string): readonly string[] {
    return this.below.get(name) ?? [name];
  }

  private climb(name: string): readonly string[] {
    const path = [name];
    for (let parent = this.parentOf.get(name); parent !== undefined; parent = this.parentOf.get(parent)) {
      path.push(parent);
    }
    return path;
  }
}

/** Appends to the list under `key`, which is made when there is none. */
export function pushTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
