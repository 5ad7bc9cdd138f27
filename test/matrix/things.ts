import { randomBytes, randomUUID } from 'node:crypto';

/** In every text of what is hidden. No answer may hold it, unless the question did. */
export const HIDDEN = `zq${randomBytes(5).toString('hex')}`;
/** In every text of what is there for all to list, and only for some to read. */
export const INNER = `zc${randomBytes(5).toString('hex')}`;

/** What a world is filled with, in one place of the policy: what its texts are, and which ids the service gave. */
export interface Things {
  /** Its place in policy's tree. */
  readonly namespace: string;
  /** OpenLineage's namespace of its data and jobs. */
  readonly space: string;
  /** An engine, in OpenLineage's words. */
  readonly source: string;
  /** Classifications of all of its assets. */
  readonly tags: readonly string[];
  /** A text that who may list may see. */
  word(what: string): string;
  /** A text that needs `read`. */
  inner(what: string): string;
  /** A run of the lineage: the same in both worlds. */
  run(name: string): string;
  /** What the service gave. @throws when nothing was kept under this name */
  id(name: string): string;
  keep(name: string, id: string): void;
}

/** A world has nothing of this name: what only administrators may see is there for none to see openly. */
export class MissingThingError extends Error {
  constructor(name: string) {
    super(`nothing was filled in under ${name}`);
  }
}

const runs = new Map<string, string>();

function things(
  settings: Pick<Things, 'namespace' | 'space' | 'source' | 'tags'>,
  own: string,
  inner: string,
): Things {
  const ids = new Map<string, string>();
  return {
    ...settings,
    word: (what) => `${own}${what}`,
    inner: (what) => `${inner}${what}`,
    run: (name) => {
      const known = runs.get(`${own}${name}`) ?? randomUUID();
      runs.set(`${own}${name}`, known);
      return known;
    },
    id: (name) => {
      const id = ids.get(name);
      if (id === undefined) throw new MissingThingError(name);
      return id;
    },
    keep: (name, id) => void ids.set(name, id),
  };
}

/** What is in both worlds. */
export const openThings = (): Things =>
  things(
    { namespace: 'open', space: 'open-data', source: 'postgres://open-db:5432', tags: ['plain'] },
    'open',
    INNER,
  );

/** What is in the first world only. */
export const hiddenThings = (): Things =>
  things(
    {
      ...{ namespace: `vault/${HIDDEN}place`, space: `vault-${HIDDEN}data` },
      ...{ source: `postgres://${HIDDEN}db:5432`, tags: ['secret', `${HIDDEN}tag`] },
    },
    HIDDEN,
    HIDDEN,
  );
