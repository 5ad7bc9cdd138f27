import { z } from 'zod';
import { imageName, isText, QUANTITY, TEXT_RULE } from '../../platform/index.js';

const MAX_INPUTS = 16;
const MAX_WORDS = 64;
const MAX_WORD_CHARS = 8_192;
const MAX_PARAMETER_BYTES = 64 * 1024;
/** Without `timeoutSeconds`, or less where the service's own limit is less. */
export const DEFAULT_TIMEOUT_SECONDS = 3_600;
/** The most that a Python or JavaScript generator takes without a second word. */
const MAX_SEED = 2 ** 31 - 1;
const MAX_RESOURCES = 10;

const REPOSITORY = z.string().min(1).max(100).refine(isText, TEXT_RULE);
const REVISION = z.string().min(1).max(400).refine(isText, TEXT_RULE);
const MOUNT = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    'must be 1–63 letters, digits, ".", "_" or "-", starting with a letter or digit',
  );
const WORD = z
  .string()
  .max(MAX_WORD_CHARS, `must have at most ${MAX_WORD_CHARS} characters`)
  .refine(isText, TEXT_RULE);

/** `cpu`, `memory`, `ephemeral-storage`, or an extended resource such as `nvidia.com/gpu`, which is counted. */
const RESOURCE =
  /^(cpu|memory|ephemeral-storage|[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?\/[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)$/;
const RESOURCES = z
  .record(
    z
      .string()
      .regex(
        RESOURCE,
        'must name cpu, memory, ephemeral-storage or an extended resource, e.g. nvidia.com/gpu',
      ),
    z.string().regex(QUANTITY, 'must be a Kubernetes quantity, e.g. "500m", "2" or "8Gi"'),
  )
  .refine((all) => Object.keys(all).length <= MAX_RESOURCES, `must name at most ${MAX_RESOURCES} resources`)
  .superRefine((all, context) => {
    for (const [name, amount] of Object.entries(all))
      if (name.includes('/') && !/^\d{1,6}$/.test(amount))
        context.addIssue({ code: 'custom', path: [name], message: 'must be a whole number' });
  });

/** What a run is asked for with. Revisions are not resolved yet. @param maxTimeoutSeconds the service's own limit */
export function submitSchema(maxTimeoutSeconds: number) {
  const content = { repository: REPOSITORY, revision: REVISION };
  return z.object({
    name: z.string().trim().min(1, 'must not be empty').max(200).refine(isText, TEXT_RULE),
    inputs: z
      .array(z.object({ ...content, mount: MOUNT }))
      .min(1, 'must name at least one input')
      .max(MAX_INPUTS, `must name at most ${MAX_INPUTS} inputs`)
      .superRefine((inputs, context) => {
        const seen = new Set<string>();
        inputs.forEach(({ mount }, i) => {
          if (seen.has(mount))
            context.addIssue({ code: 'custom', path: [i, 'mount'], message: `"${mount}" is used twice` });
          seen.add(mount);
        });
      }),
    code: z.object(content).optional(),
    command: z
      .tuple([WORD.min(1, 'must name a program')], WORD)
      .refine((words) => words.length <= MAX_WORDS, `must have at most ${MAX_WORDS} words`),
    output: z.object({ repository: REPOSITORY, branch: REVISION.max(300) }),
    parameters: z
      .record(z.string(), z.json())
      .default({})
      .refine(
        (parameters) => Buffer.byteLength(JSON.stringify(parameters)) <= MAX_PARAMETER_BYTES,
        `must have at most ${MAX_PARAMETER_BYTES} bytes as JSON`,
      )
      .refine(holdsText, 'must hold valid Unicode without NUL only'),
    image: imageName.optional(),
    resources: RESOURCES.optional(),
    seed: z.int().min(0).max(MAX_SEED).default(0),
    timeoutSeconds: z
      .int()
      .min(1)
      .max(maxTimeoutSeconds, `must be at most ${maxTimeoutSeconds} (CAIRN_RUN_TIMEOUT_MAX_SECONDS)`)
      .default(Math.min(DEFAULT_TIMEOUT_SECONDS, maxTimeoutSeconds)),
  });
}

/** Text that PostgreSQL, an environment and a command line can all hold. */
function holdsText(value: unknown): boolean {
  if (typeof value === 'string') return isText(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, part]) => isText(key) && holdsText(part));
}

/** A request for a run, before its defaults. */
export type SubmitInput = z.input<ReturnType<typeof submitSchema>>;
