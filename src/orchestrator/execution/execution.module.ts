import path from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { Inject, Module } from '@nestjs/common';
import { CONFIG, type Config, HealthChecks } from '../../platform/index.js';
import { CLUSTER } from '../../platform/kubernetes/index.js';
import { OBJECT_STORE, type ObjectStore } from '../../storage/index.js';
import { EXECUTION_DRIVER, type ExecutionDriver } from './execution-driver.js';
import { ExecutionRepository } from './kubernetes/execution.repository.js';
import type { JobCluster } from './kubernetes/job-cluster.js';
import { KubernetesDriver } from './kubernetes/kubernetes-driver.js';
import { jobSettings } from './kubernetes/settings.js';
import { StagingController } from './kubernetes/staging/staging.controller.js';
import { StagingService } from './kubernetes/staging/staging.service.js';
import { LocalDriver } from './local/local-driver.js';

const JOB_CLUSTER = Symbol('JobCluster');

/** Carries out commands: on this machine, each in a folder under `runs/` of the data folder, or as Jobs of a cluster. */
@Module({
  controllers: [StagingController],
  providers: [
    ExecutionRepository,
    StagingService,
    {
      provide: JOB_CLUSTER,
      inject: [CONFIG, CLUSTER],
      useFactory: async (config: Config, cluster: KubeConfig | null): Promise<JobCluster | null> => {
        if (config.EXECUTION_DRIVER !== 'kubernetes') return null;
        const { JobCluster } = await import('./kubernetes/job-cluster.js');
        return new JobCluster(cluster!, config.KUBERNETES_EXECUTION_NAMESPACE);
      },
    },
    {
      provide: EXECUTION_DRIVER,
      inject: [CONFIG, JOB_CLUSTER, ExecutionRepository, OBJECT_STORE],
      useFactory: (
        config: Config,
        cluster: JobCluster | null,
        executions: ExecutionRepository,
        objects: ObjectStore,
      ): ExecutionDriver =>
        cluster === null
          ? new LocalDriver(path.join(config.CAIRN_DATA_DIR, 'runs'))
          : new KubernetesDriver(jobSettings(config), cluster, executions, objects),
    },
  ],
  exports: [EXECUTION_DRIVER],
})
export class ExecutionModule {
  constructor(
    @Inject(CONFIG) { EXECUTION_DRIVER: driver, KUBERNETES_EXECUTION_NAMESPACE: namespace }: Config,
    @Inject(JOB_CLUSTER) cluster: JobCluster | null,
    health: HealthChecks,
  ) {
    if (cluster === null) return;
    // A cluster that is away stops no answer but those about runs under way; it takes nothing out of service.
    health.register('execution', async () => {
      const isReachable = await cluster.check().then(
        () => true,
        () => false,
      );
      return { isReady: true, isDegraded: !isReachable, report: { driver, namespace, isReachable } };
    });
  }
}
