import { instantsWhere, isWithin } from './intervals.js';
import type { Validity } from './validity.js';

/** An edit by hand of an edge, and when it holds: see `Validity.set`. */
export interface HeldEdit {
  readonly action: 'add' | 'remove';
  readonly intervals: readonly number[];
}

/** An edge that has edits. */
interface EditedEdge {
  /** When events say it. */
  told: readonly number[];
  /** By id. */
  readonly edits: Map<string, HeldEdit>;
}

/** Bytes that an edit takes, roughly. */
const EDIT_BYTES = 600;

/**
 * Edits by hand of some few edges, in memory. Keeps when edges hold as events and edits together have it: said by events or added, and not
 * removed.
 */
export class Edits {
  private readonly edges = new Map<number, EditedEdge>();
  private readonly edgeOf = new Map<string, number>();

  /** @param validity when edges hold, by their number */
  constructor(private readonly validity: Validity) {}

  get size(): number {
    return this.edgeOf.size;
  }

  get bytes(): number {
    return this.edgeOf.size * EDIT_BYTES;
  }

  /** Takes what events say of an edge. */
  tell(edge: number, intervals: readonly number[]): void {
    const edited = this.edges.get(edge);
    if (edited === undefined) return;
    edited.told = intervals;
    this.apply(edge, edited);
  }

  /** Takes an edit. When it was of another edge, that one is as if it had never been. */
  set(id: string, edge: number, edit: HeldEdit): void {
    const former = this.edgeOf.get(id);
    if (former !== undefined && former !== edge) {
      const left = this.edges.get(former)!;
      left.edits.delete(id);
      this.apply(former, left);
    }
    const edited = this.edges.get(edge) ?? { told: this.validity.get(edge), edits: new Map() };
    edited.edits.set(id, edit);
    this.edges.set(edge, edited);
    this.edgeOf.set(id, edge);
    this.apply(edge, edited);
  }

  /** Whether an addition of the edge holds. @param instant in milliseconds */
  isAdded(edge: number, instant: number): boolean {
    if (this.edges.size === 0) return false;
    const edited = this.edges.get(edge);
    return edited !== undefined && isEdited(edited, 'add', instant);
  }

  private apply(edge: number, edited: EditedEdge): void {
    const { told, edits } = edited;
    const bounds = [told, ...[...edits.values()].map(({ intervals }) => intervals)].flat();
    this.validity.set(
      edge,
      instantsWhere(
        bounds,
        (instant) =>
          (isWithin(told, instant) || isEdited(edited, 'add', instant)) &&
          !isEdited(edited, 'remove', instant),
      ),
    );
  }
}

function isEdited({ edits }: EditedEdge, action: HeldEdit['action'], instant: number): boolean {
  for (const edit of edits.values())
    if (edit.action === action && isWithin(edit.intervals, instant)) return true;
  return false;
}
