import type { Io } from '../io.js';

/** What a command says: the result on standard output, as text or JSON, and everything else on standard error. */
export class Output {
  /** @param isJson whether the result is for a program */
  constructor(
    private readonly io: Io,
    readonly isJson: boolean,
  ) {}

  /** Ends a command. @param asText the same for a reader, without the last newline */
  result(value: unknown, asText: (() => string) | string): void {
    const text = this.isJson
      ? JSON.stringify(value, undefined, 2)
      : typeof asText === 'string'
        ? asText
        : asText();
    if (text !== '') this.io.stdout.write(`${text}\n`);
    else if (Array.isArray(value) && value.length === 0) this.message('There is nothing.');
  }

  /** A word beside the result. */
  message(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }
}
