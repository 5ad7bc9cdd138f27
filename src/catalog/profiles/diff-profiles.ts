import type { ContentProfile } from './profile.js';

/** A column, or `input NAME` and `output NAME` of a model. */
export interface FieldChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** How the schema and size of a file changed. */
export interface ProfileDiff {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changedType: readonly FieldChange[];
  readonly rowCount: { readonly before?: number; readonly after?: number };
  /**
   * Whether a reader of the old schema may fail on the new one: a column is gone or has a type that does not hold all
   * old values, a column that had a value in every row may now lack it (Parquet, where the schema says so), or a model
   * wants another input or gives another output.
   */
  readonly breaking: boolean;
}

const INTEGERS = /^(u?)int(\d+)$/;

/** Whether every value of `from` is one of `to` that readers of `from` understand. */
function isWider(from: string, to: string): boolean {
  // A column of which no value was seen says nothing.
  if (from === 'null') return true;
  if (from === 'integer' && to === 'number') return true;
  if (from === 'date' && to === 'timestamp') return true;
  if (from === 'float' && to === 'double') return true;
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
  const isModel = before.model !== undefined;
  const wasRequired = new Set(before.columns.filter(({ nullable }) => !nullable).map(({ name }) => name));
  // In text formats a missing value is what happened, not what the schema allows.
  const isLoosened =
    after.format === 'parquet' &&
    before.format === 'parquet' &&
    after.columns.some(({ name, nullable }) => nullable && wasRequired.has(name));
  return {
    added,
    removed,
    changedType,
    rowCount: {
      ...(before.rowCount !== undefined && { before: before.rowCount }),
      ...(after.rowCount !== undefined && { after: after.rowCount }),
    },
    breaking:
      removed.length > 0 ||
      isLoosened ||
      changedType.some((change) => isModel || !isWider(change.before, change.after)) ||
      (isModel && added.some((name) => name.startsWith('input '))),
  };
}
