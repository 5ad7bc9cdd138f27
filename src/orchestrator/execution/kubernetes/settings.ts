import type { V1Toleration } from '@kubernetes/client-node';
import type { Config } from '../../../platform/index.js';
import { bytesOf } from './quantity.js';

/** Where and how Jobs are made. */
export interface JobSettings {
  readonly namespace: string;
  /** Image of commands that name none. */
  readonly image: string | undefined;
  readonly stagerImage: string;
  /** How pods reach this service. */
  readonly serviceUrl: string;
  /** Of commands that ask for none. */
  readonly resources: { readonly cpu: string; readonly memory: string };
  readonly volumeSize: string;
  readonly volumeBytes: number;
  readonly priorityClass: string | undefined;
  readonly nodeSelector: Readonly<Record<string, string>> | undefined;
  readonly tolerations: readonly V1Toleration[];
  readonly pullSecrets: readonly string[];
  readonly user: number;
  /** How long a pod may wait for a node and for its images. */
  readonly patienceMs: number;
  readonly maxRuns: number;
}

/** The settings of the kubernetes driver, which `loadConfig` saw to be complete. */
export function jobSettings(config: Config): JobSettings {
  return {
    namespace: config.KUBERNETES_EXECUTION_NAMESPACE,
    image: config.KUBERNETES_EXECUTION_IMAGE,
    stagerImage: config.KUBERNETES_EXECUTION_STAGER_IMAGE!,
    serviceUrl: (config.KUBERNETES_EXECUTION_CAIRN_URL ?? config.CAIRN_PUBLIC_URL!).replace(/\/+$/, ''),
    resources: { cpu: config.KUBERNETES_EXECUTION_CPU, memory: config.KUBERNETES_EXECUTION_MEMORY },
    volumeSize: config.KUBERNETES_EXECUTION_VOLUME_SIZE,
    volumeBytes: bytesOf(config.KUBERNETES_EXECUTION_VOLUME_SIZE),
    priorityClass: config.KUBERNETES_EXECUTION_PRIORITY_CLASS,
    nodeSelector: config.KUBERNETES_EXECUTION_NODE_SELECTOR,
    tolerations: config.KUBERNETES_EXECUTION_TOLERATIONS ?? [],
    pullSecrets: config.KUBERNETES_EXECUTION_PULL_SECRETS ?? [],
    user: config.KUBERNETES_EXECUTION_USER,
    patienceMs: config.KUBERNETES_EXECUTION_START_SECONDS * 1_000,
    maxRuns: config.KUBERNETES_EXECUTION_MAX_RUNS,
  };
}
