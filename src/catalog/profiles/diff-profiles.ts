import type { ColumnProfile, ContentProfile } from './profile.js';

/** A column, or `input NAME`, `output NAME` and `tensor NAME` of a model. */
export interface FieldChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** What is known of the values of a column. */
export type ColumnStatistics = Pick<ColumnProfile, 'nullCount' | 'min' | 'max' | 'distinctEstimate'>;

/** A column whose values are others by what is known of them. */
export interface StatisticsChange {
  readonly name: string;
  readonly before: ColumnStatistics;
  readonly after: ColumnStatistics;
}

/** How the schema and size of a file changed. */
export interface ProfileDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changedType: readonly FieldChange[];
  readonly rowCount: { readonly before?: number; readonly after?: number };
  /** Columns on both sides of which a count or extreme differs. */
  readonly statistics: readonly StatisticsChange[];
  /**
   * Whether a reader of the old schema may fail on the new one: a column is gone or has a type that does not hold all
   * old values, a column that had a value in every row may now lack it (Parquet, where the schema says so), or a model
   * wants another input or gives another output.
   */
  readonly breaking: boolean;
  /** Why it is breaking, a sentence for each rule that is broken; at most {@link MAX_REASONS}. */
  readonly reasons: readonly string[];
}

/** Whether readers of the old content can read the new one. */
export interface Compatibility {
  readonly ok: boolean;
  /** Each names the column, or the part of the model, and the rule. */
  readonly reasons: readonly string[];
}

const MAX_REASONS = 50;

const INTEGERS = /^(u?)int(\d+)$/;
const DECIMAL = /^decimal\((\d+),(\d+)\)$/;

/** Whether every value of `from` is one of `to` that readers of `from` understand. */
function isWider(from: string, to: string): boolean {
  // A column of which no value was seen says nothing.
  if (from === 'null') return true;
  if (from === 'integer' && to === 'number') return true;
  if (from === 'date' && to === 'timestamp') return true;
  if (from === 'float' && to === 'double') return true;
  const [, fromDigits, fromScale] = DECIMAL.exec(from) ?? [];
  const [, toDigits, toScale] = DECIMAL.exec(to) ?? [];
  if (fromDigits !== undefined && toDigits !== undefined) {
    const wholeDigits = Number(toDigits) - Number(toScale) - (Number(fromDigits) - Number(fromScale));
    return wholeDigits >= 0 && Number(toScale) >= Number(fromScale);
  }
  const [, fromUnsigned, fromBits] = INTEGERS.exec(from) ?? [];
  const [, toUnsigned, toBits] = INTEGERS.exec(to) ?? [];
  if (fromBits === undefined || toBits === undefined) return false;
  const isRoomier = Number(toBits) > Number(fromBits);
  return isRoomier && (fromUnsigned === toUnsigned || fromUnsigned === 'u');
}

function fieldsOf(profile: ContentProfile): Map<string, string> {
  return new Map([
    ...profile.columns.map(({ name, type }) => [name, type] as const),
    ...(profile.model?.inputs ?? []).map(({ name, type }) => [`input ${name}`, type] as const),
    ...(profile.model?.outputs ?? []).map(({ name, type }) => [`output ${name}`, type] as const),
    ...(profile.model?.tensors ?? []).map(({ name, type }) => [`tensor ${name}`, type] as const),
  ]);
}

/** Compares two profiles of one path. Names are in the order of the file they are in. */
export function diffProfiles(before: ContentProfile, after: ContentProfile): ProfileDiff {
  const old = fieldsOf(before);
  const now = fieldsOf(after);
  const added = [...now.keys()].filter((name) => !old.has(name));
  const removed = [...old.keys()].filter((name) => !now.has(name));
  const changedType: FieldChange[] = [];
  for (const [name, type] of old) {
    const other = now.get(name);
    if (other !== undefined && other !== type) changedType.push({ name, before: type, after: other });
  }
  const { reasons } = isBackwardCompatible(before, after);
  return {
    added,
    removed,
    changedType,
    rowCount: {
      ...(before.rowCount !== undefined && { before: before.rowCount }),
      ...(after.rowCount !== undefined && { after: after.rowCount }),
    },
    statistics: statisticsChanges(before, after),
    breaking: reasons.length > 0,
    reasons,
  };
}

function statisticsChanges(before: ContentProfile, after: ContentProfile): StatisticsChange[] {
  const now = new Map(after.columns.map((column) => [column.name, column]));
  return before.columns.flatMap((column) => {
    const other = now.get(column.name);
    if (other === undefined) return [];
    const [old, fresh] = [statisticsOf(column), statisticsOf(other)];
    return JSON.stringify(old) === JSON.stringify(fresh)
      ? []
      : [{ name: column.name, before: old, after: fresh }];
  });
}

function statisticsOf({ nullCount, min, max, distinctEstimate }: ColumnProfile): ColumnStatistics {
  return {
    ...(nullCount !== undefined && { nullCount }),
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(distinctEstimate !== undefined && { distinctEstimate }),
  };
}

/**
 * Whether what reads `before` can read `after`: every column is still there with a type that holds all old values, none that
 * always had a value may lack it (Parquet), and a model takes and gives what it did. Files that could not be read whole are judged
 * by what was read of them.
 */
export function isBackwardCompatible(before: ContentProfile, after: ContentProfile): Compatibility {
  const old = fieldsOf(before);
  const now = fieldsOf(after);
  const isModel = before.model !== undefined;
  const reasons: string[] = [];
  if (before.format !== after.format) reasons.push(`the format was ${before.format} and is ${after.format}`);
  for (const [name, type] of old) {
    const other = now.get(name);
    if (other === undefined) reasons.push(`${called(name, isModel)} is gone`);
    else if (other !== type && (isModel || !isWider(type, other))) {
      const rule = isWider(other, type)
        ? 'which is narrower'
        : 'which does not hold all values of the former';
      reasons.push(`${called(name, isModel)} was ${type} and is ${other}${isModel ? '' : `, ${rule}`}`);
    }
  }
  if (isModel) {
    for (const name of now.keys()) {
      if (name.startsWith('input ') && !old.has(name))
        reasons.push(`${name} is new, and callers do not send it`);
    }
  }
  // In text formats a missing value is what happened, not what the schema allows.
  if (before.format === 'parquet' && after.format === 'parquet') {
    const wasRequired = new Set(before.columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
    for (const { name, nullable } of after.columns) {
      if (nullable && wasRequired.has(name))
        reasons.push(`${called(name, false)} was required and may be null now`);
    }
  }
  return { ok: reasons.length === 0, reasons: reasons.slice(0, MAX_REASONS) };
}

function called(name: string, isModel: boolean): string {
  return isModel ? name : `column ${JSON.stringify(name)}`;
}
