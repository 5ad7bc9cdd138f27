import { Injectable } from '@nestjs/common';
import type { Bundle } from './bundle/bundle.js';
import { CompiledPolicy } from './decision/compiled-policy.js';

/** The policy that answers now: one immutable version, replaced as a whole. */
@Injectable()
export class LivePolicy {
  private compiled: CompiledPolicy | undefined;

  /** Never undefined for who asks: nothing is served before the first bundle is in. @throws {TypeError} before it is */
  get current(): CompiledPolicy {
    if (this.compiled === undefined) throw new TypeError('no policy is loaded');
    return this.compiled;
  }

  /** Lets a checked bundle answer from the next question on. */
  swap(bundle: Bundle): void {
    this.compiled = new CompiledPolicy(bundle);
  }
}
