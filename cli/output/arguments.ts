import { InvalidArgumentError } from 'commander';
import { UsageError } from '../exit-codes.js';

/** A reader of whole numbers for commander. @param option the option's name, for the message */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`${option} must be a whole number from ${least} to ${most}.`);
  };
}

/** A reader of instants for commander. @param option the option's name, for the message */
export function instant(option: string): (text: string) => string {
  return (text) => {
    const at = new Date(text);
    if (/^\d{4}-\d{2}-\d{2}/.test(text) && !Number.isNaN(at.getTime())) return at.toISOString();
    throw new InvalidArgumentError(
      `${option} must be a date or an instant, such as 2026-11-25 or 2026-11-25T08:00:00Z.`,
    );
  };
}

/** Gathers an option that may be given several times. */
export function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `rate=0.1`: the value is read as JSON when it is, and is text otherwise. */
export function parseParameter(option: string, text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`${option}: must be NAME=VALUE, not ${JSON.stringify(text)}`);
  const value = text.slice(at + 1);
  try {
    return [text.slice(0, at), JSON.parse(value) as unknown];
  } catch {
    return [text.slice(0, at), value];
  }
}
