/** What an edit does: `confirm` leaves the graph as it is and says that somebody looked. */
export const EDIT_ACTIONS = ['add', 'remove', 'confirm'] as const;
export type EditAction = (typeof EDIT_ACTIONS)[number];

/** An edit of an edge by hand. It holds from its making to its expiry or withdrawal, whichever is first. None is ever deleted. */
export interface EditRecord {
  readonly id: string;
  readonly action: EditAction;
  /** The assets that the names stand for which the edit was told of. */
  readonly sourceId: string;
  readonly targetId: string;
  readonly reason: string;
  /** Who made it, as a subject. */
  readonly author: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
  readonly withdrawalReason: string | null;
}

/** An edge as somebody sees it: both of its ends are assets that they may see. */
export interface SeenEdge {
  readonly sourceId: string;
  readonly targetId: string;
  /** The instant of which the graph was asked. */
  readonly asOf: Date;
}

/** Who says an edge: events, people who add or confirm it, or both. */
export type Evidence = 'machine' | 'manual' | 'both';
