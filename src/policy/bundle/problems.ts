import { PolicyBundleError } from './policy-bundle-error.js';
import type { BundleProblem, BundleRule } from './policy-bundle-error.js';

/** Where something stands in a bundle. */
export interface Position {
  readonly file: string;
  /** From 1; 0 stands for the whole file. */
  readonly line: number;
}

/** Collects everything that is wrong with a bundle, so that its author hears of all of it at once. */
export class Problems {
  private readonly found: BundleProblem[] = [];

  add(position: Position, rule: BundleRule, message: string): void {
    this.found.push({ file: position.file, line: position.line, rule, message });
  }

  /**
   * Passes a parsed value on, or notes the sentence that a parser gave instead.
   * @param prefix what the sentence is about, e.g. `R-001: `
   */
  take<T>(parsed: T | string, position: Position, rule: BundleRule, prefix: string): T | undefined {
    if (typeof parsed !== 'string') return parsed;
    this.add(position, rule, `${prefix}${parsed}`);
    return undefined;
  }

  /** @throws {PolicyBundleError} if there is any */
  throwIfAny(): void {
    if (this.found.length === 0) return;
    const ordered = [...this.found].sort((a, b) => compareText(a.file, b.file) || a.line - b.line);
    throw new PolicyBundleError(ordered);
  }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
