import { isObject } from './json.js';
import { redact } from './redaction.js';

/**
 * Takes secrets out of text that may be an event, for text that is kept though it was refused: by name and form in a JSON object, by form
 * alone in anything else. What it gives can be stored as JSON text.
 */
export function redactText(text: string): string {
  const event = parsed(text);
  if (event !== undefined) return event;
  const whole = { text };
  redact(whole);
  return whole.text;
}

function parsed(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return undefined;
    redact(value);
    return JSON.stringify(value);
  } catch {
    // No JSON, or nested too deeply to be walked.
    return undefined;
  }
}
