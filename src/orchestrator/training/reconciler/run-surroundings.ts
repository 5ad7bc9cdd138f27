import { Inject, Injectable } from '@nestjs/common';
import { MANAGED_IDENTITY_NAMESPACE } from '../../../catalog/index.js';
import { CONFIG, type Config } from '../../../platform/index.js';
import { traceEnvironment } from '../../../platform/tracing/index.js';
import { OwnServer } from '../../emission/index.js';
import { type TrainingRun, trainingJobName } from '../training-run.js';

/** What a command finds in its environment, beside what the driver sets. */
@Injectable()
export class RunSurroundings {
  constructor(
    private readonly server: OwnServer,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param token the run's own credential */
  async of({ id, parameters, seed, output }: TrainingRun, token: string): Promise<Record<string, string>> {
    return {
      CAIRN_URL: await this.serviceUrl(),
      CAIRN_TOKEN: token,
      CAIRN_RUN_ID: id,
      CAIRN_PARAMETERS: JSON.stringify(parameters),
      CAIRN_SEED: String(seed),
      // What OpenLineage producers within the run name as their parent, and the source that watches the cluster.
      OPENLINEAGE_PARENT_ID: `${MANAGED_IDENTITY_NAMESPACE}/${trainingJobName(output.repository)}/${id}`,
      ...traceEnvironment(),
    };
  }

  private async serviceUrl(): Promise<string> {
    const {
      EXECUTION_DRIVER: driver,
      KUBERNETES_EXECUTION_CAIRN_URL: fromPods,
      CAIRN_PUBLIC_URL,
    } = this.config;
    if (driver === 'kubernetes' && fromPods !== undefined) return fromPods;
    return CAIRN_PUBLIC_URL ?? (await this.server.url());
  }
}
