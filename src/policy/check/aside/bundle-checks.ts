import { setImmediate as afterOthers } from 'node:timers/promises';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DomainError } from '../../../platform/index.js';
import type { BundleFile } from '../../bundle/bundle.js';
import { loadBundle } from '../../bundle/load-bundle.js';
import { PolicyBundleError } from '../../bundle/policy-bundle-error.js';
import { LivePolicy } from '../../live-policy.js';
import { acceptBundle, type AcceptedBundle, assertGood } from '../check-bundle.js';
import type { PolicyCheck } from '../inspect-bundle.js';
import { CheckLostError, CheckThread } from './check-thread.js';

/** For lint and all that the tests of a bundle may ask. */
const ACCEPT_MS = 120_000;
/** How long lines are taken out of one policy. */
const MUTATION_MS = 10_000;

/** The service is stopping, and checks no policy any more. */
export class CheckStoppedError extends DomainError {
  readonly kind = 'unavailable';
  constructor() {
    super('The service is stopping. Ask again.');
  }
}

/** Checks policy files beside the thread that answers everybody. */
@Injectable()
export class BundleChecks implements OnModuleDestroy {
  private readonly accepting = new CheckThread(ACCEPT_MS);
  private readonly inspecting = new CheckThread(ACCEPT_MS + MUTATION_MS);
  private isClosed = false;

  constructor(private readonly live: LivePolicy) {}

  async onModuleDestroy(): Promise<void> {
    this.isClosed = true;
    await Promise.all([this.accepting.close(), this.inspecting.close()]);
  }

  /** {@link acceptBundle}; files that cannot be checked within bounds are refused. @throws {PolicyBundleError} */
  async accept(files: readonly BundleFile[]): Promise<AcceptedBundle> {
    // Before any policy answers there is nobody to keep waiting.
    if (!this.live.isLoaded) return acceptBundle(files);
    const findings = await this.told(this.accepting.run({ kind: 'check', files }));
    assertGood(findings);
    const bundle = loadBundle(files);
    await afterOthers();
    return { bundle, warnings: findings.length };
  }

  /** Loads, lints and tests files, and takes out one line after the other. @throws {PolicyBundleError} when that is too much */
  inspect(files: readonly BundleFile[]): Promise<PolicyCheck> {
    return this.told(this.inspecting.run({ kind: 'inspect', files, mutationMs: MUTATION_MS }));
  }

  private async told<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (!(error instanceof CheckLostError)) throw error;
      if (this.isClosed) throw new CheckStoppedError();
      const message = `cannot be checked: ${error.message}`;
      throw new PolicyBundleError([{ file: '', line: 0, rule: 'unchecked', message }]);
    }
  }
}
