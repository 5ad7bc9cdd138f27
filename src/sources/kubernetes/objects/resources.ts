import { z } from 'zod';

/** The parts of the API server's objects that are read; whatever else they hold is passed over. Source: Kubernetes API, v1. */

const text = z.string();
const count = z.int().min(0).optional();
const instant = z.iso.datetime({ offset: true, error: 'must be an RFC 3339 date and time' });
const words = z.record(text, text).nullish();

const METADATA = z.object({
  uid: text.min(1).max(128),
  name: text.min(1).max(253),
  namespace: text.min(1).max(253),
  creationTimestamp: instant,
  deletionTimestamp: instant.optional(),
  deletionGracePeriodSeconds: count,
  generation: count,
  labels: words,
  annotations: words,
  ownerReferences: z
    .array(
      z.object({ apiVersion: text, kind: text, name: text, uid: text, controller: z.boolean().optional() }),
    )
    .nullish(),
  managedFields: z.array(z.object({ time: instant.optional(), subresource: text.optional() })).nullish(),
});

const CONTAINER_STATUS = z.object({
  name: text,
  imageID: text.optional(),
  restartCount: count,
  state: z
    .object({
      waiting: z.object({ reason: text.optional(), message: text.optional() }).optional(),
      running: z.object({ startedAt: instant.nullish() }).optional(),
      terminated: z
        .object({
          exitCode: z.int(),
          reason: text.optional(),
          message: text.optional(),
          finishedAt: instant.nullish(),
        })
        .optional(),
    })
    .nullish(),
});

const CONDITIONS = z
  .array(
    z.object({
      type: text,
      status: text,
      reason: text.optional(),
      message: text.optional(),
      lastTransitionTime: instant.nullish(),
    }),
  )
  .nullish();

const POD_SPEC = z.object({
  nodeName: text.optional(),
  restartPolicy: text.optional(),
  containers: z.array(
    z.object({
      name: text,
      env: z.array(z.object({ name: text, value: text.optional() })).nullish(),
    }),
  ),
});

const POD_TEMPLATE = z.object({
  metadata: z.object({ annotations: words }).nullish(),
  spec: POD_SPEC,
});

export const POD = z.object({
  metadata: METADATA,
  spec: POD_SPEC,
  status: z
    .object({
      phase: text.optional(),
      reason: text.optional(),
      message: text.optional(),
      startTime: instant.optional(),
      conditions: CONDITIONS,
      initContainerStatuses: z.array(CONTAINER_STATUS).nullish(),
      containerStatuses: z.array(CONTAINER_STATUS).nullish(),
    })
    .default({}),
});

export const JOB = z.object({
  metadata: METADATA,
  spec: z.object({ template: POD_TEMPLATE }),
  status: z
    .object({
      startTime: instant.optional(),
      completionTime: instant.optional(),
      active: count,
      succeeded: count,
      failed: count,
      conditions: CONDITIONS,
    })
    .default({}),
});

export const CRON_JOB = z.object({
  metadata: METADATA,
  spec: z.object({
    schedule: text,
    timeZone: text.nullish(),
    suspend: z.boolean().nullish(),
    jobTemplate: z.object({
      metadata: z.object({ annotations: words }).nullish(),
      spec: z.object({ template: POD_TEMPLATE }),
    }),
  }),
});

export const DEPLOYMENT = z.object({
  metadata: METADATA,
  spec: z.object({
    replicas: count,
    selector: z.object({
      matchLabels: words,
      matchExpressions: z
        .array(z.object({ key: text, operator: text, values: z.array(text).nullish() }))
        .nullish(),
    }),
    template: POD_TEMPLATE,
  }),
  status: z.object({ conditions: CONDITIONS }).default({}),
});

export type Metadata = z.infer<typeof METADATA>;
export type ContainerStatus = z.infer<typeof CONTAINER_STATUS>;
export type Condition = NonNullable<z.infer<typeof CONDITIONS>>[number];
export type PodSpec = z.infer<typeof POD_SPEC>;
export type Pod = z.infer<typeof POD>;
export type Job = z.infer<typeof JOB>;
export type CronJob = z.infer<typeof CRON_JOB>;
export type Deployment = z.infer<typeof DEPLOYMENT>;
export type Selector = Deployment['spec']['selector'];
