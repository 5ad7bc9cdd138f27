import type { z } from 'zod';
import { InvalidInputError } from './domain-error.js';

/**
 * Checks a value from outside against a zod schema.
 * @param at path of the value in the request, put before the path of the problem, e.g. `input`
 * @returns the parsed value, defaults filled in
 * @throws {InvalidInputError} naming the first field and its rule; the others are in `details.problems`
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  at = '',
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 20).map((issue) => ({
    field: fieldPath(at, issue.path),
    rule: issue.message,
  }));
  const [first] = problems;
  throw new InvalidInputError(first!.field, first!.rule, { problems });
}

/** `inputs[0].name` from `['inputs', 0, 'name']`. */
export function fieldPath(at: string, path: readonly PropertyKey[]): string {
  const whole = path.reduce<string>(
    (before, step) =>
      typeof step === 'number'
        ? `${before}[${step}]`
        : before === ''
          ? String(step)
          : `${before}.${String(step)}`,
    at,
  );
  return whole === '' ? 'body' : whole;
}
