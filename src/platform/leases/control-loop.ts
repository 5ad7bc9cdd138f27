import { loopFailures, loopLooks } from '../metrics/metrics.js';
import { noteworthy, tentatively } from '../tracing/index.js';

/** A loop that has not come round for so long is not well. */
const STALE_MS = 30_000;

/**
 * Looks again and again, one look at a time: after the pause that a look asks for, at once when it was woken. What a controller
 * runs on: level-triggered, so that a lost wake costs a pause and nothing else.
 */
export class ControlLoop {
  private running: Promise<void> | undefined;
  private wakeUp: () => void = () => undefined;
  private isAwake = false;
  private isStopping = false;
  private cameRoundAt = Date.now();

  /**
   * @param look gives the milliseconds until the next one; 0 for none
   * @param failed told of a look that threw; gives the same
   * @param name of the loop, in traces and metrics; a look that finds something to do, or fails, is a trace
   */
  constructor(
    private readonly look: () => Promise<number>,
    private readonly failed: (error: unknown) => number,
    private readonly name: string,
  ) {
    loopFailures.inc({ loop: name }, 0); // as Prometheus sees it, a series that begins with 1 has not grown
  }

  start(): void {
    this.running ??= this.run();
  }

  /** Looks again now, or as soon as the look under way is over. */
  readonly wake = (): void => {
    this.isAwake = true;
    this.wakeUp();
  };

  /** Ends after the look under way. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.wake();
    await this.running;
  }

  /** Whether no look ended for 30 s. */
  get isStale(): boolean {
    return Date.now() - this.cameRoundAt > STALE_MS;
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      this.isAwake = false;
      const pauseMs = await this.lookOnce();
      if (pauseMs > 0 && !this.isAwake && !this.isStopping) await this.pause(pauseMs);
    }
  }

  private async lookOnce(): Promise<number> {
    const stop = loopLooks.startTimer({ loop: this.name });
    try {
      return await tentatively(`loop ${this.name}`, {}, async () => {
        const pauseMs = await this.look();
        if (pauseMs === 0) noteworthy();
        this.cameRoundAt = Date.now();
        return pauseMs;
      });
    } catch (error) {
      loopFailures.inc({ loop: this.name });
      return this.failed(error);
    } finally {
      stop();
    }
  }

  private async pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
