import { z } from 'zod';
import { validate } from '../../platform/index.js';
import { TAG_KEY, TAG_VALUE } from './model-names.js';

const EDIT = z.record(TAG_KEY, TAG_VALUE.nullable());

/** Which tags a request sets and which it removes: those whose value is null. @throws {InvalidInputError} */
export function tagEdit(tags: unknown, field: string): { set: Record<string, string>; remove: string[] } {
  const pairs = Object.entries(validate(EDIT, tags ?? {}, field));
  return {
    set: Object.fromEntries(pairs.filter((pair): pair is [string, string] => pair[1] !== null)),
    remove: pairs.flatMap(([key, value]) => (value === null ? [key] : [])),
  };
}
