import { formatSize } from '../output/format.js';

/** A path that differs, and how its content does where Cairn can read it. */
export interface PathChange {
  readonly path: string;
  readonly type: 'added' | 'removed' | 'modified';
  readonly before: { readonly sizeBytes: number } | null;
  readonly after: { readonly sizeBytes: number } | null;
  readonly profileChange: ProfileChange | null;
  /** Where rows were asked for. */
  readonly rowChanges?: RowChanges | null;
}

type Values = Readonly<Record<string, string>>;

/** How the rows of two versions differ. */
export interface RowChanges {
  readonly key: readonly string[] | null;
  readonly problem: string | null;
  readonly added: number | null;
  readonly removed: number | null;
  readonly changed: number | null;
  readonly samples: readonly {
    readonly kind: 'added' | 'removed' | 'changed';
    readonly columns: readonly string[];
    readonly before: Values | null;
    readonly after: Values | null;
  }[];
}

/** Rows that are shown of one file. */
const SHOWN_ROWS = 10;

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
  readonly reasons: readonly string[];
  readonly statistics: readonly {
    readonly name: string;
    readonly before: Statistics;
    readonly after: Statistics;
  }[];
}

interface Statistics {
  readonly nullCount: number | null;
  readonly min: string | null;
  readonly max: string | null;
  readonly distinctEstimate: number | null;
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

function formatChange({ path, type, before, after, profileChange, rowChanges }: PathChange): string {
  const sizes = [before, after].flatMap((entry) => (entry === null ? [] : [formatSize(entry.sizeBytes)]));
  const head = `${SIGNS[type]} ${path}  ${[...new Set(sizes)].join(' → ')}`;
  const profile = profileChange === null ? [] : formatProfile(profileChange);
  return [head, ...profile, ...formatRows(rowChanges ?? null)].join('\n');
}

function formatRows(changes: RowChanges | null): string[] {
  if (changes === null) return [];
  const { key, problem, added, removed, changed, samples } = changes;
  const lines = problem === null ? [] : [`! rows: ${problem}`];
  if (added !== null) {
    const how = key === null ? 'compared as wholes' : `by ${key.join(', ')}`;
    lines.push(`rows ${how}: ${added} added, ${removed} removed, ${changed} changed`);
    lines.push(...samples.slice(0, SHOWN_ROWS).map((sample) => `  ${formatRow(sample, key ?? [])}`));
    const more = added + removed! + changed! - Math.min(samples.length, SHOWN_ROWS);
    if (more > 0) lines.push(`  and ${more} more`);
  }
  return lines.map((line) => `    ${line}`);
}

function formatRow(
  { kind, columns, before, after }: RowChanges['samples'][number],
  key: readonly string[],
): string {
  const cells = (values: Values | null, names: readonly string[]): string =>
    names.map((name) => `${name}=${JSON.stringify(values?.[name] ?? null)}`).join(' ');
  if (kind !== 'changed') {
    const values = before ?? after;
    return `${kind === 'added' ? '+' : '-'} ${cells(values, Object.keys(values ?? {}))}`;
  }
  const changes = columns.map((name) => {
    const text = (values: Values | null): string => JSON.stringify(values?.[name] ?? null);
    return `${name} ${text(before)} → ${text(after)}`;
  });
  return `~ ${cells(after, key)}: ${changes.join(', ')}`;
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
  lines.push(...change.statistics.flatMap(formatStatistics));
  if (change.isBreaking) lines.push(...change.reasons.map((reason) => `! ${reason}`));
  return lines.map((line) => `    ${line}`);
}

function formatStatistics({ name, before, after }: ProfileChange['statistics'][number]): string[] {
  const range = ({ min, max }: Statistics): string => (min === null ? '?' : `${min} … ${max}`);
  const parts = [
    ...(before.nullCount === after.nullCount
      ? []
      : [`empty ${before.nullCount ?? '?'} → ${after.nullCount ?? '?'}`]),
    ...(range(before) === range(after) ? [] : [`${range(before)} → ${range(after)}`]),
    ...(before.distinctEstimate === after.distinctEstimate
      ? []
      : [`distinct ${before.distinctEstimate ?? '?'} → ${after.distinctEstimate ?? '?'}`]),
  ];
  return parts.length === 0 ? [] : [`~ values of ${name}: ${parts.join(', ')}`];
}
