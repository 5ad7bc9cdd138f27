import { Injectable } from '@nestjs/common';

/** What a check found. JSON values only, nothing secret: it is shown to whoever asks. */
export type HealthReport = Readonly<Record<string, unknown>>;

/** One part's readiness. `isReady: false` anywhere takes the process out of service; `isDegraded` only tells. */
export interface PartHealth {
  readonly isReady: boolean;
  readonly isDegraded?: boolean;
  readonly report?: HealthReport;
}

const CHECK_TIMEOUT_MS = 2_000;

/** What the process depends on. Rooms register their checks at construction. */
@Injectable()
export class HealthChecks {
  private readonly checks = new Map<string, () => Promise<PartHealth>>();

  register(name: string, check: () => Promise<PartHealth>): void {
    this.checks.set(name, check);
  }

  /** Runs all checks at once; one that throws or takes over 2 s is not ready. */
  async run(): Promise<{ isReady: boolean; parts: Record<string, PartHealth> }> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await bounded(check)] as const),
    );
    return { isReady: entries.every(([, part]) => part.isReady), parts: Object.fromEntries(entries) };
  }
}

async function bounded(check: () => Promise<PartHealth>): Promise<PartHealth> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<PartHealth>((resolve) => {
    timer = setTimeout(
      () => resolve({ isReady: false, report: { reason: 'no answer within 2 s' } }),
      CHECK_TIMEOUT_MS,
    );
  });
  const outcome = check().catch((error: unknown) => ({
    isReady: false,
    report: { reason: (error as Error).name },
  }));
  return Promise.race([outcome, timeout]).finally(() => clearTimeout(timer));
}
