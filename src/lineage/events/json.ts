/** A JSON object. */
export type JsonObject = { [key: string]: unknown };

/** Whether the value is a JSON object, not a list or null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value if it is a JSON object, else an empty one. For parts that producers leave out, set to null or get wrong. */
export function objectAt(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects in a list; an empty list when it is none. */
export function objectsIn(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The value if it is text with something in it. */
export function textAt(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The names and indexes of a JSON pointer. Source: RFC 6901. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
