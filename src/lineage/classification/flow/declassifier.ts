/** What a classification does not flow through: a job, an edge between two datasets; or a column that it does not flow into. */
export const DECLASSIFIER_KINDS = ['job', 'column', 'edge'] as const;
export type DeclassifierKind = (typeof DECLASSIFIER_KINDS)[number];

/** Where a classification, and all below it, does not flow on. */
export interface Barrier {
  readonly kind: DeclassifierKind;
  /** The job; the asset of the column; where the edge comes from. */
  readonly assetId: string;
  /** Of a column; empty for all of the asset's. */
  readonly column: string;
  /** Where the edge goes to. */
  readonly targetId: string | null;
  readonly tag: string;
}

/** Whether a barrier for one classification stops another. */
export function covers(barrier: string, tag: string): boolean {
  return tag === barrier || tag.startsWith(`${barrier}.`);
}
