import { Injectable } from '@nestjs/common';
import { CompiledPolicy } from './decision/compiled-policy.js';
import type { Answering, OpenEmergency } from './overlay/emergency.js';
import { type Grant, withGrants } from './overlay/grant.js';

/** What holds beside the policy files, for a time. */
export interface Overlay {
  readonly grants: readonly Grant[];
  readonly emergencies: readonly OpenEmergency[];
}

/** The policy that answers now: one immutable version, replaced as a whole, with what is granted beside it. */
@Injectable()
export class LivePolicy {
  private compiled: CompiledPolicy | undefined;
  private combined: CompiledPolicy | undefined;
  private overlay: Overlay = { grants: [], emergencies: [] };
  private readonly listeners: ((now: CompiledPolicy, before: CompiledPolicy | undefined) => void)[] = [];

  /** What the files say. Never undefined for who asks: nothing is served before the first bundle is in. @throws {TypeError} before it is */
  get current(): CompiledPolicy {
    if (this.compiled === undefined) throw new TypeError('no policy is loaded');
    return this.compiled;
  }

  /** What decisions are made from: the files, the grants and the emergencies. */
  get answering(): Answering {
    return { policy: this.combined ?? this.current, emergencies: this.overlay.emergencies };
  }

  /** Whether there is one yet. */
  get isLoaded(): boolean {
    return this.compiled !== undefined;
  }

  /** Lets a checked version answer from the next question on. */
  swap(next: CompiledPolicy): void {
    const before = this.compiled;
    this.compiled = next;
    this.combine();
    for (const listener of this.listeners) listener(next, before);
  }

  /** Lets other grants and emergencies hold from the next question on. */
  lay(overlay: Overlay): void {
    this.overlay = overlay;
    this.combine();
  }

  /** Calls `listener` after each swap of this process, within it: it must be quick, and must not throw. */
  onSwap(listener: (now: CompiledPolicy, before: CompiledPolicy | undefined) => void): void {
    this.listeners.push(listener);
  }

  private combine(): void {
    const { grants } = this.overlay;
    const { compiled } = this;
    this.combined =
      compiled === undefined || grants.length === 0
        ? compiled
        : new CompiledPolicy(withGrants(compiled.bundle, grants));
  }
}
