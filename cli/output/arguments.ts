import { InvalidArgumentError } from 'commander';

/** A reader of whole numbers for commander. @param option the option's name, for the message */
export function wholeNumber(option: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`${option} must be a whole number from ${least} to ${most}.`);
  };
}

/** Gathers an option that may be given several times. */
export function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
