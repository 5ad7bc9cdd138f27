/** What {@link isText} asks for. */
export const TEXT_RULE = 'must be valid Unicode without NUL';

/** Whether PostgreSQL can keep a text, and look for it: one without NUL and without half of a surrogate pair. */
export function isText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}
