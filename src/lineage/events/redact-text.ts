import { isObject } from './json.js';
import { redact, REDACTED } from './redaction.js';
import { isSecretName } from './redaction-rules.js';

/**
 * Takes secrets out of text that may be an event, for text that is kept though it was refused: by name and form in JSON, also where it is
 * broken or cut off, by form alone in anything else. What it gives can be stored as JSON text.
 */
export function redactText(text: string): string {
  const event = parsed(text);
  if (event !== undefined) return event;
  const whole = { text: /^\s*[[{]/.test(text) ? withoutNamedSecrets(text) : text };
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

const TOKEN = /"(?:[^"\\]|\\[^])*(?:"|$)|[{}[\],:]/g;

/** A list or an object that is being read. */
interface Container {
  readonly isSecret: boolean;
  readonly isList: boolean;
  /** The text before, of a list. */
  before: string;
  /** The key that was read last. */
  key: string;
  /** What `name` or `key` holds: it names what `value` holds. */
  named: string;
}

/** Replaces what has the name of a secret in text that is JSON as far as it goes. */
function withoutNamedSecrets(text: string): string {
  const open: Container[] = [{ isSecret: false, isList: false, before: '', key: '', named: '' }];
  const isSecretIn = ({ isSecret, isList, before, key, named }: Container): boolean =>
    isSecret ||
    (isList
      ? before.startsWith('-') && isSecretName(before)
      : isSecretName(key) || (/^value$/i.test(key) && isSecretName(named)));
  return text.replace(TOKEN, (token, at: number) => {
    const container = open.at(-1)!;
    if (token === '{' || token === '[')
      open.push({ isSecret: isSecretIn(container), isList: token === '[', before: '', key: '', named: '' });
    else if ((token === '}' || token === ']') && open.length > 1) open.pop();
    else if (token === ',') container.key = '';
    if (!token.startsWith('"')) return token;
    const content = token.slice(1, token.endsWith('"') ? -1 : undefined);
    if (!container.isList && /^\s*:/.test(text.slice(at + token.length, at + token.length + 20))) {
      container.key = content;
      return token;
    }
    const isSecret = isSecretIn(container);
    if (container.isList) container.before = content;
    else if (/^(?:name|key)$/i.test(container.key)) container.named = content;
    return isSecret ? `"${REDACTED}"` : token;
  });
}
