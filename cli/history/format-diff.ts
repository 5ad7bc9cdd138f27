import { formatSize } from '../output/format.js';

/** A path that differs, and how its content does where Cairn can read it. */
export interface PathChange {
  readonly path: string;
  readonly type: 'added' | 'removed' | 'modified';
  readonly before: { readonly sizeBytes: number } | null;
  readonly after: { readonly sizeBytes: number } | null;
  readonly profileChange: ProfileChange | null;
}

/** How schema and row count differ. */
export interface ProfileChange {
  readonly addedColumns: readonly string[];
  readonly removedColumns: readonly string[];
  readonly changedColumns: readonly {
    readonly name: string;
    readonly before: string;
    readonly after: string;
  }[];
  readonly rowCountBefore: number | null;
  readonly rowCountAfter: number | null;
  readonly isBreaking: boolean;
}

const SIGNS = { added: '+', removed: '-', modified: '~' } as const;

/** A diff for a reader: one line a path, its columns below it, a count at the end. */
export function formatDiff(changes: readonly PathChange[]): string {
  if (changes.length === 0) return 'Nothing differs.';
  const counts = (['added', 'modified', 'removed'] as const)
    .map((type) => ({ type, count: changes.filter((change) => change.type === type).length }))
    .filter(({ count }) => count > 0)
    .map(({ type, count }) => `${count} ${type}`);
  return [...changes.map(formatChange), counts.join(', ')].join('\n');
}

function formatChange({ path, type, before, after, profileChange }: PathChange): string {
  const sizes = [before, after].flatMap((entry) => (entry === null ? [] : [formatSize(entry.sizeBytes)]));
  const head = `${SIGNS[type]} ${path}  ${[...new Set(sizes)].join(' → ')}`;
  return profileChange === null ? head : [head, ...formatProfile(profileChange)].join('\n');
}

function formatProfile(change: ProfileChange): string[] {
  const { rowCountBefore: before, rowCountAfter: after } = change;
  const lines = [
    ...change.addedColumns.map((name) => `+ column ${name}`),
    ...change.removedColumns.map((name) => `- column ${name}`),
    ...change.changedColumns.map((column) => `~ column ${column.name}: ${column.before} → ${column.after}`),
  ];
  if (before !== null && after !== null && before !== after) {
    lines.unshift(`rows ${before} → ${after} (${after > before ? '+' : ''}${after - before})`);
  } else if (before === null && after !== null) {
    lines.unshift(`rows ${after}`);
  }
  if (change.isBreaking) lines.push('! readers of the old schema may fail on the new one');
  return lines.map((line) => `    ${line}`);
}
