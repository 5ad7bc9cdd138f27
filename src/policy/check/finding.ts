/** Something to mend in a bundle, or to know of it. */
export interface Finding {
  /** An error keeps the bundle from taking effect. */
  readonly severity: 'error' | 'warning';
  /** The check that found it, e.g. `role` or `shadowed`. Stable: editors and pipelines may branch on it. */
  readonly check: string;
  /** Empty for the bundle as a whole. */
  readonly file: string;
  /** From 1; 0 stands for the whole file. */
  readonly line: number;
  /** What is wrong, and what to do. */
  readonly message: string;
}

/** By file and line; what is of one line stays in the order in which it was found. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
