import { Injectable } from '@nestjs/common';
import type { CompiledPolicy } from './decision/compiled-policy.js';

/** The policy that answers now: one immutable version, replaced as a whole. */
@Injectable()
export class LivePolicy {
  private compiled: CompiledPolicy | undefined;
  private readonly listeners: ((now: CompiledPolicy, before: CompiledPolicy | undefined) => void)[] = [];

  /** Never undefined for who asks: nothing is served before the first bundle is in. @throws {TypeError} before it is */
  get current(): CompiledPolicy {
    if (this.compiled === undefined) throw new TypeError('no policy is loaded');
    return this.compiled;
  }

  /** Whether there is one yet. */
  get isLoaded(): boolean {
    return this.compiled !== undefined;
  }

  /** Lets a checked version answer from the next question on. */
  swap(next: CompiledPolicy): void {
    const before = this.compiled;
    this.compiled = next;
    for (const listener of this.listeners) listener(next, before);
  }

  /** Calls `listener` after each swap of this process, within it: it must be quick, and must not throw. */
  onSwap(listener: (now: CompiledPolicy, before: CompiledPolicy | undefined) => void): void {
    this.listeners.push(listener);
  }
}
