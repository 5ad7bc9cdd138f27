import { z } from 'zod';

/** Source: apimachinery resource.Quantity, without the forms with an exponent, and never negative. */
export const QUANTITY = /^\d{1,15}(\.\d{1,9})?(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;
const quantity = z.string().regex(QUANTITY, 'must be a Kubernetes quantity, e.g. 500m, 2 or 8Gi');
const LABEL_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const PAIR = /^([a-zA-Z0-9./_-]{1,317})=([a-zA-Z0-9._-]{0,63})$/;
const IMAGE = /^[a-zA-Z0-9][\w.:/@-]{0,499}$/;

const dnsLabel = z.string().regex(LABEL_NAME, 'must be a DNS label');
const list = (text: string) => text.split(',').map((part) => part.trim());

/** Source: core/v1 Toleration. */
const TOLERATIONS = z
  .array(
    z.strictObject({
      key: z.string().max(317).optional(),
      operator: z.enum(['Exists', 'Equal']).optional(),
      value: z.string().max(63).optional(),
      effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).optional(),
      tolerationSeconds: z.int().optional(),
    }),
  )
  .max(50);

/** Name of a container image, with or without tag and digest. */
export const imageName = z.string().regex(IMAGE, 'must name an image, e.g. registry.example.org/train:1');

/** Where commands of training runs are carried out. Part of `CONFIG_SCHEMA`. */
export const EXECUTION_SETTINGS = {
  EXECUTION_DRIVER: z
    .enum(['local', 'kubernetes'])
    .default('local')
    .describe(
      'Where training runs are carried out: child processes of the service, or Jobs of the cluster of KUBECONFIG.',
    ),
  KUBERNETES_EXECUTION_NAMESPACE: dnsLabel
    .default('default')
    .describe('Namespace of the Jobs. Who may read pods there can read the credentials of runs.'),
  KUBERNETES_EXECUTION_IMAGE: imageName
    .optional()
    .describe('Image of runs that name none. Without it each run must name one.'),
  KUBERNETES_EXECUTION_STAGER_IMAGE: imageName
    .optional()
    .describe(
      "Cairn's own image, which brings inputs in and outputs out. Needed with the kubernetes driver.",
    ),
  KUBERNETES_EXECUTION_CAIRN_URL: z
    .string()
    .regex(/^https?:\/\/[^\s]+$/, 'must be a URL that starts with http:// or https://')
    .optional()
    .describe('How pods reach the service. Default: CAIRN_PUBLIC_URL.'),
  KUBERNETES_EXECUTION_CPU: quantity.default('1').describe('CPU of runs that ask for none.'),
  KUBERNETES_EXECUTION_MEMORY: quantity
    .default('2Gi')
    .describe('Memory of runs that ask for none; their limit, too.'),
  KUBERNETES_EXECUTION_VOLUME_SIZE: quantity
    .default('20Gi')
    .describe(
      'The most that the inputs of a run, and its outputs, may have; each a volume of its own on the node.',
    ),
  KUBERNETES_EXECUTION_PRIORITY_CLASS: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,252}$/, 'must name a PriorityClass')
    .optional()
    .describe('PriorityClass of the pods.'),
  KUBERNETES_EXECUTION_NODE_SELECTOR: z
    .string()
    .transform(list)
    .pipe(z.array(z.string().regex(PAIR, 'must be LABEL=VALUE, several with commas')).max(50))
    .transform((pairs) =>
      Object.fromEntries(pairs.map((pair) => PAIR.exec(pair)!.slice(1) as [string, string])),
    )
    .optional()
    .describe('Labels that a node must have, LABEL=VALUE with commas.'),
  KUBERNETES_EXECUTION_TOLERATIONS: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON: an array of tolerations' });
        return z.NEVER;
      }
    })
    .pipe(TOLERATIONS)
    .optional()
    .describe('Taints that the pods tolerate, as a JSON array in the form of core/v1 Toleration.'),
  KUBERNETES_EXECUTION_PULL_SECRETS: z
    .string()
    .transform(list)
    .pipe(z.array(dnsLabel).max(10))
    .optional()
    .describe('Secrets of the namespace by which images are pulled, with commas.'),
  KUBERNETES_EXECUTION_USER: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .default(10_001)
    .describe('Numeric user and group that all containers of a run have; never root.'),
  KUBERNETES_EXECUTION_START_SECONDS: z.coerce
    .number()
    .int()
    .min(5)
    .max(7 * 86_400)
    .default(900)
    .describe(
      'How long a run may wait for a node and for its image, in seconds; then it fails with what it waited for.',
    ),
  KUBERNETES_EXECUTION_MAX_RUNS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(50)
    .describe(
      'Runs that are given to the cluster at once; the others wait in the order of their submission.',
    ),
};
