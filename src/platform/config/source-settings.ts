import { z } from 'zod';
import { commaList } from './values.js';

/** What lineage is read from beside HTTP. Part of `CONFIG_SCHEMA`. */
export const SOURCE_SETTINGS = {
  KAFKA_BROKERS: commaList(z.string().regex(/^[^\s:]+:\d{1,5}$/, 'must be HOST:PORT, several with commas'))
    .optional()
    .describe("Brokers of the OpenLineage Kafka transport's topic, HOST:PORT with commas; turns reading on."),
  KAFKA_TOPIC: z
    .string()
    .min(1)
    .max(249)
    .default('openlineage.events')
    .describe('Topic to read events from.'),
  KAFKA_GROUP: z.string().min(1).max(255).default('cairn').describe('Consumer group; all replicas share it.'),
  KAFKA_SUBJECT: z
    .string()
    .default('service:kafka')
    .describe('Principal whose `emit` rights events from Kafka need; an administrator makes it.'),
  KAFKA_TLS: z.stringbool().default(false).describe('Whether brokers are spoken to by TLS.'),
  KAFKA_SASL_MECHANISM: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('scram-sha-512')
    .describe('How KAFKA_USERNAME is proved.'),
  KAFKA_USERNAME: z.string().optional().describe('SASL user; without it brokers are spoken to without one.'),
  KAFKA_PASSWORD: z.string().optional().describe('SASL password.'),
  MLFLOW_NAMESPACE: z
    .string()
    .max(200)
    .regex(
      /^[a-z0-9][a-z0-9_-]*(?:\/[a-z0-9][a-z0-9_-]*){0,7}$/,
      'must be a namespace, e.g. research/penguins',
    )
    .default('mlflow')
    .describe(
      "Where experiments and registered models of MLflow's clients stand that name no namespace by the tag cairn.namespace.",
    ),
  KUBECONFIG: z
    .string()
    .min(1)
    .optional()
    .describe(
      "File that says how the cluster is reached, for the settings below. Without it the pod's own service account.",
    ),
  KUBERNETES_SOURCE: z
    .stringbool()
    .default(false)
    .describe('Whether workloads of the cluster are read into lineage: Pods, Jobs, CronJobs, Deployments.'),
  KUBERNETES_SOURCE_NAMESPACES: commaList(
    z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be names of namespaces, with commas'),
  )
    .optional()
    .describe('Namespaces that are read, with commas. Without it all are.'),
  KUBERNETES_SOURCE_SUBJECT: z
    .string()
    .default('service:kubernetes')
    .describe('Principal whose `emit` rights events of the cluster need; an administrator makes it.'),
  KUBERNETES_CLUSTER_NAME: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/,
      'must be 1–100 letters, digits, ".", "_" or "-", with a letter or digit at both ends',
    )
    .optional()
    .describe(
      "The cluster's name in the OpenLineage namespace of its workloads, `kubernetes://NAME`. Default: the uid of its namespace kube-system. Another name makes other jobs of the same workloads.",
    ),
};
