import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../platform/index.js';
import { traceEnvironment } from '../../../platform/tracing/index.js';
import { OwnServer } from '../../emission/index.js';
import type { TrainingRun } from '../training-run.js';

/** What a command finds in its environment, beside what the driver sets. */
@Injectable()
export class RunSurroundings {
  constructor(
    private readonly server: OwnServer,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param token the run's own credential */
  async of({ id, parameters, seed }: TrainingRun, token: string): Promise<Record<string, string>> {
    return {
      CAIRN_URL: this.config.CAIRN_PUBLIC_URL ?? (await this.server.url()),
      CAIRN_TOKEN: token,
      CAIRN_RUN_ID: id,
      CAIRN_PARAMETERS: JSON.stringify(parameters),
      CAIRN_SEED: String(seed),
      ...traceEnvironment(),
    };
  }
}
