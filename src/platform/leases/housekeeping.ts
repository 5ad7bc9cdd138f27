import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { LOGGER, type Logger } from '../logging/logger.js';
import { ControlLoop } from './control-loop.js';

/** Work beside requests that is to be done every now and then, by every process: what one has done the others find done. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: ControlLoop[] = [];

  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  /**
   * Adds work, at construction of what owns it. It begins with the service and ends with it; failing means later again.
   * @param name of the work, in logs, traces and metrics
   * @param pauseMs from one look to the next
   * @param work gives true when there is more to do at once
   */
  add(name: string, pauseMs: number, work: () => Promise<boolean>): void {
    const look = async (): Promise<number> => ((await work()) ? 0 : pauseMs);
    const failed = (error: unknown): number => {
      this.log.warn({ err: error, work: name }, 'housekeeping: not done this time');
      return pauseMs;
    };
    this.loops.push(new ControlLoop(look, failed, name));
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
