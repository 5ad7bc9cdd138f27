/** Ticks: of grace, of undo, and how old a request gets. A request that lives longer than both times is not protected by them. */
const GRACE = 2;
const UNDO = 1;
const OLDEST_REQUEST = 1;

/** What keeps acknowledged content safe. Each can be taken out, to see that a schedule then loses something. */
export interface Rules {
  /** Who refers to an object touches it in the ledger first. */
  readonly isTouched: boolean;
  /** That an object was uploaded is read again after it was touched. */
  readonly isReadAgain: boolean;
  /** A ref is put on an old commit only while that commit is held, and not collected. */
  readonly isHeld: boolean;
  /** An object is claimed in the ledger before its bytes get their name. */
  readonly isClaimedFirst: boolean;
  /** What is marked is looked for anew by each collection, before it removes. */
  readonly isMarkedFirst: boolean;
  /** What was condemned and is reached again is revived before anything is taken. */
  readonly isRevived: boolean;
  /** Undoing a collection covers what later ones condemned. */
  readonly isUndoneWithLater: boolean;
}

export const ALL_RULES: Rules = {
  ...{ isTouched: true, isReadAgain: true, isHeld: true, isClaimedFirst: true },
  ...{ isMarkedFirst: true, isRevived: true, isUndoneWithLater: true },
};

interface ModelCommit {
  at: number;
  hasRef: boolean;
  collectedBy?: number;
}

/** One object, what may refer to it, and the rows about it. */
export interface State {
  now: number;
  hasBytes: boolean;
  /** Row of the ledger. */
  row?: { touchedAt: number; condemnedAt?: number; condemnedBy?: number; removing?: 'taken' | 'abandoned' };
  isUploaded: boolean;
  isStaged: boolean;
  isDeleted: boolean;
  /** `old` may lie there already; the others are made by actors. */
  commits: Record<string, ModelCommit>;
  collections: { startedAt: number; isRemovedFrom: boolean }[];
  actors: ActorState[];
}

interface ActorState {
  step: number;
  /** Of a request, when its first step was. */
  since?: number;
  isOver?: boolean;
  /** Of a collection: what it found. */
  isMarked?: boolean;
  seen?: 'condemned' | 'old' | 'other';
}

type Step = (state: State, self: ActorState, rules: Rules) => 'next' | 'end' | 'blocked';

/** Somebody who acts in atomic steps: statements and transactions of the database, and calls to the store. */
export interface Actor {
  readonly name: string;
  readonly steps: (rules: Rules) => readonly Step[];
  /** Collections take as long as they take, and are gone on with after a crash. */
  readonly collection?: number;
}

function touch(state: State): boolean {
  if (state.row?.removing) return false;
  state.row = { touchedAt: state.now };
  return true;
}

const claim: Step = (state) => (touch(state) ? 'next' : 'blocked');
const nameBytes: Step = (state) => ((state.hasBytes = true), 'next');
const noteUpload: Step = (state) => ((state.isUploaded = true), 'next');
const isUploaded: Step = (state) => (state.isUploaded ? 'next' : 'end');
const refer: Step = (state, _, { isTouched }) => (!isTouched || touch(state) ? 'next' : 'end');
const referring = ({ isReadAgain }: Rules): Step[] => [
  ...[isUploaded, refer],
  ...(isReadAgain ? [isUploaded] : []),
];
const makeCommit =
  (id: string): Step =>
  (state) => ((state.commits[id] = { at: state.now, hasRef: true }), 'next');
const isThere = (state: State, id: string): boolean =>
  state.commits[id] !== undefined && state.commits[id].collectedBy === undefined;
const resolve: Step = (state) => (isThere(state, 'old') ? 'next' : 'end');
const change = (name: string, ...steps: Step[]): Actor => ({ name, steps: () => steps });

export const upload: Actor = {
  name: 'upload',
  steps: ({ isClaimedFirst }) => [...(isClaimedFirst ? [claim, nameBytes] : [nameBytes, claim]), noteUpload],
};

export const commit: Actor = {
  name: 'commit',
  steps: (rules) => [...referring(rules), makeCommit('new')],
};

export const stage: Actor = {
  name: 'stage',
  steps: (rules) => [...referring(rules), (state) => ((state.isStaged = true), 'next')],
};

/** Closes the staging area and lands, in one transaction. */
export const commitStaged = change('commit staged', (state, self, rules) => {
  if (!state.isStaged) return 'end';
  state.isStaged = false;
  return makeCommit('staged')(state, self, rules);
});

export const branchAtOld = change('branch at an old commit', resolve, (state, _, { isHeld }) => {
  if (isHeld && !isThere(state, 'old')) return 'end';
  state.commits['old']!.hasRef = true;
  return 'next';
});

/** Reaches what the old commit reaches, and not the commit itself. */
export const cherryPick = change('cherry-pick an old commit', resolve, makeCommit('picked'));

export const mergeOld = change('merge an old commit', resolve, (state, self, rules) => {
  if (rules.isHeld && !isThere(state, 'old')) return 'end';
  state.commits['old']!.hasRef = true;
  return makeCommit('merged')(state, self, rules);
});

export const deleteBranch = change('delete the branch', (state) => {
  for (const each of Object.values(state.commits)) each.hasRef = false;
  return 'next';
});

export const deleteRepository = change(
  'delete the repository',
  (state) => ((state.isDeleted = true), 'next'),
);

export const undeleteRepository = change('undelete the repository', (state, _, { isHeld }) => {
  if (!state.isDeleted) return 'blocked';
  const isGone = Object.entries(state.commits).some(([id, { hasRef }]) => hasRef && !isThere(state, id));
  if (isHeld && isGone) return 'end';
  state.isDeleted = false;
  return 'next';
});

export const undo = (collection: number): Actor =>
  change(`undo collection ${collection}`, (state, _, { isUndoneWithLater }) => {
    const undone = state.collections[collection];
    if (undone === undefined) return 'blocked';
    if (undone.isRemovedFrom) return 'end';
    for (const each of Object.values(state.commits))
      if (each.collectedBy === collection) delete each.collectedBy;
    const by = state.row?.condemnedBy;
    if (by !== undefined && (isUndoneWithLater ? by >= collection : by === collection))
      state.row = { touchedAt: state.now };
    return 'next';
  });

const markCommits: Step = (state, self) => {
  self.isMarked = Object.keys(state.commits).some((id) => isThere(state, id));
  return 'next';
};
const markStaged: Step = (state, self) => {
  if (state.isStaged) self.isMarked = true;
  return 'next';
};

/** @param n which one; each begins when the one before has ended */
export function collection(n: number): Actor {
  const begin: Step = (state) => {
    if (n > 0 && !state.actors[n - 1]!.isOver) return 'blocked';
    state.collections[n] ??= { startedAt: state.now, isRemovedFrom: false };
    return 'next';
  };
  const collectCommits: Step = (state) => {
    for (const each of Object.values(state.commits)) {
      const isReached = (each.hasRef && !state.isDeleted) || each.at >= state.now - GRACE;
      if (!isReached) each.collectedBy ??= n;
    }
    return 'next';
  };
  const cutoff = (state: State): number => state.collections[n]!.startedAt - GRACE;
  const look: Step = ({ row, ...state }, self) => {
    if (row === undefined || row.removing) self.seen = 'other';
    else if (row.condemnedAt !== undefined) self.seen = 'condemned';
    else self.seen = row.touchedAt < cutoff(state) ? 'old' : 'other';
    return 'next';
  };
  const condemn: Step = (state, { isMarked, seen }, { isRevived }) => {
    const { row } = state;
    if (row === undefined) return 'next';
    if (isMarked && seen === 'condemned' && isRevived && !row.removing) {
      delete row.condemnedAt;
      delete row.condemnedBy;
    }
    if (!isMarked && seen === 'old' && row.condemnedAt === undefined && row.touchedAt < cutoff(state))
      Object.assign(row, { condemnedAt: state.now, condemnedBy: n });
    return 'next';
  };
  const take: Step = (state, _, { isUndoneWithLater, isMarkedFirst }) => {
    const { row } = state;
    const before = state.collections[n]!.startedAt - UNDO;
    if (row?.condemnedAt === undefined || row.condemnedAt >= before || row.removing === 'taken')
      return isMarkedFirst ? 'end' : 'next';
    row.removing = 'taken';
    state.isUploaded = false;
    for (const [i, each] of state.collections.entries())
      if (isUndoneWithLater ? i <= row.condemnedBy! : i === row.condemnedBy) each.isRemovedFrom = true;
    return 'next';
  };
  const remove: Step = (state) => {
    if (state.row?.removing === 'taken') state.hasBytes = false;
    return 'next';
  };
  const forget: Step = (state) => {
    if (state.row?.removing) delete state.row;
    return 'next';
  };
  const marking = [markCommits, markStaged];
  return {
    name: `collection ${n}`,
    collection: n,
    steps: ({ isMarkedFirst }) =>
      isMarkedFirst
        ? [begin, collectCommits, ...marking, look, condemn, take, remove, forget]
        : [begin, collectCommits, take, remove, forget, ...marking, look, condemn],
  };
}

/** What must hold in every state. @returns what is wrong */
export function wrong(state: State): string | undefined {
  if (state.isStaged && !state.hasBytes) return 'a staged change reaches an object that is gone';
  if (state.isDeleted) return undefined;
  for (const [id, { hasRef, collectedBy }] of Object.entries(state.commits)) {
    if (!hasRef) continue;
    if (collectedBy !== undefined) return `a ref is on the commit ${id}, which was collected`;
    if (!state.hasBytes) return `a ref reaches an object that is gone, by the commit ${id}`;
  }
  return undefined;
}

/** The object is stored and uploaded long ago, in an old commit that a ref may be on. */
export function oldCommit(hasRef: boolean): Partial<State> {
  return { hasBytes: true, isUploaded: true, row: { touchedAt: -9 }, commits: { old: { at: -9, hasRef } } };
}

export interface Explored {
  readonly states: number;
  /** Steps that lead to a state in which something is wrong, and what that is. */
  readonly counterexample?: readonly string[];
}

/**
 * Tries all schedules of the actors: each step of each, a crash after any, and time passing.
 * @param actors collections first, in order
 * @param ticks how far time goes
 */
export function explore(
  initial: Partial<State>,
  actors: readonly Actor[],
  rules: Rules,
  ticks: number,
): Explored {
  const programs = actors.map(({ steps }) => steps(rules));
  const start: State = {
    ...{ now: 0, hasBytes: false, isUploaded: false, isStaged: false, isDeleted: false },
    ...{ commits: {}, collections: [], ...initial },
    actors: actors.map(() => ({ step: 0 })),
  };
  // Breadth first, so that a counterexample is a shortest one.
  const seen = new Map<string, { from?: string; what: string }>();
  let front = [JSON.stringify(start)];
  seen.set(front[0]!, { what: 'start' });
  while (front.length > 0) {
    const next: string[] = [];
    for (const key of front) {
      for (const [what, state] of successors(key, actors, programs, rules, ticks)) {
        const found = JSON.stringify(state);
        if (seen.has(found)) continue;
        seen.set(found, { from: key, what });
        const problem = wrong(state);
        if (problem !== undefined)
          return { states: seen.size, counterexample: [...pathTo(found, seen), problem] };
        next.push(found);
      }
    }
    front = next;
  }
  return { states: seen.size };
}

function* successors(
  key: string,
  actors: readonly Actor[],
  programs: readonly (readonly Step[])[],
  rules: Rules,
  ticks: number,
): Generator<[string, State]> {
  const before = JSON.parse(key) as State;
  const isLate = before.actors.some(
    ({ since, isOver }) => !isOver && since !== undefined && before.now - since >= OLDEST_REQUEST,
  );
  if (before.now < ticks && !isLate) yield ['time passes', { ...before, now: before.now + 1 }];
  for (const [i, actor] of actors.entries()) {
    if (before.actors[i]!.isOver) continue;
    const state = JSON.parse(key) as State;
    const self = state.actors[i]!;
    const isCollection = actor.collection !== undefined;
    const outcome = programs[i]![self.step]!(state, self, rules);
    if (outcome !== 'blocked') {
      if (!isCollection) self.since ??= state.now;
      self.step += 1;
      if (outcome === 'end' || self.step === programs[i]!.length) state.actors[i] = ended();
      yield [`${actor.name}: step ${before.actors[i]!.step + 1}`, state];
    }
    if (before.actors[i]!.step === 0) continue;
    const crashed = JSON.parse(key) as State;
    crashed.actors[i] = isCollection ? { step: 0 } : { step: 0, isOver: true };
    if (isCollection && crashed.row?.removing) crashed.row.removing = 'abandoned';
    yield [`${actor.name}: crash`, crashed];
  }
}

/** How far it came, and what it found, no longer matters: fewer states. */
function ended(): ActorState {
  return { step: 0, isOver: true };
}

function pathTo(key: string, seen: ReadonlyMap<string, { from?: string; what: string }>): string[] {
  const path: string[] = [];
  for (let at: string | undefined = key; at !== undefined; at = seen.get(at)!.from)
    path.unshift(seen.get(at)!.what);
  return path;
}
