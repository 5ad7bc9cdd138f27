import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { assertOutsideTransaction, currentRequestId } from '../../platform/index.js';
import { AccessLogRepository } from './access-log.repository.js';
import type { ContentAccess } from './content-access.js';

/** Rows of one statement at most. */
const MAX_BATCH = 1_000;

interface Waiting {
  readonly access: ContentAccess & { readonly requestId?: string };
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Records who reached which content, before they get it: an access that cannot be recorded does not happen. Those that come while a
 * statement is under way share the next one.
 */
@Injectable()
export class AccessLog {
  private waiting: Waiting[] = [];
  private isRunning = false;
  /** What is recorded for many belongs to no request of theirs. */
  private readonly outside = AsyncLocalStorage.snapshot();

  constructor(private readonly accesses: AccessLogRepository) {}

  /** Resolves once it is on disk. @throws {DatabaseUnavailableError} */
  async record(access: ContentAccess): Promise<void> {
    assertOutsideTransaction('recording of an access');
    const requestId = currentRequestId();
    await new Promise<void>((resolve, reject) => {
      this.waiting.push({
        access: { ...access, ...(requestId !== undefined && { requestId }) },
        resolve,
        reject,
      });
      if (this.isRunning) return;
      this.isRunning = true;
      this.outside(() => void this.run());
    });
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, MAX_BATCH);
      try {
        await this.accesses.insert(batch.map(({ access }) => access));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.isRunning = false;
  }
}
