import { z } from 'zod';
import { KEY, PAGE, pageSize, TAG, TAG_LIST, text, TIME, whole } from '../http/inputs.js';
import { VIEW } from './experiments.controller.js';
import { type Metric, RUN_STATUSES } from './run.js';

const RUN = { run_id: z.string().max(100).optional(), run_uuid: z.string().max(100).optional() };

interface Named {
  readonly run_id?: string | undefined;
  readonly run_uuid?: string | undefined;
}

/** Clients send the id of a run under an old name too, or only so. */
function byId<Input extends Named>(
  input: Input,
  context: z.RefinementCtx,
): Omit<Input, keyof Named> & { readonly id: string } {
  const { run_id: id, run_uuid: old, ...rest } = input;
  const found = id ?? old;
  if (found === undefined) context.addIssue({ code: 'custom', path: ['run_id'], message: 'is required' });
  return { ...rest, id: found ?? '' };
}

/** Protobuf's JSON writes as text the numbers that JSON has not. */
const VALUE = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)], {
  error: 'must be a number',
});
const STEP = whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).default(0);
const METRIC_FIELDS = {
  key: KEY,
  value: VALUE,
  timestamp: TIME.default(0),
  step: STEP,
  model_id: text(100).optional(),
};
const METRIC = z.object(METRIC_FIELDS);
export const PARAM = z.object({ key: KEY, value: text(6000).default('') });
const LOGGED = z.object({ model_id: text(100) });
const DATASET = z.object({
  tags: z.array(TAG).max(20).default([]),
  dataset: z.object({
    ...{
      name: text(500),
      digest: text(100),
      source_type: text(100).default(''),
      source: text(20_000).default(''),
    },
    ...{ schema: text(100_000).optional(), profile: text(100_000).optional() },
  }),
});
const MAX_BATCH = 1000;

export const GET_RUN = z.object({ ...RUN }).transform(byId);
export const CREATE_RUN = z.object({
  experiment_id: z.string().max(100),
  user_id: text(250).default(''),
  run_name: text(250).optional(),
  start_time: TIME.optional(),
  tags: TAG_LIST,
});
export const UPDATE_RUN = z
  .object({
    ...RUN,
    status: z.enum(RUN_STATUSES).optional(),
    end_time: TIME.optional(),
    run_name: text(250).optional(),
  })
  .transform(byId);
export const LOG_METRIC = z.object({ ...RUN, ...METRIC_FIELDS }).transform(byId);
export const LOG_PARAM = z.object({ ...RUN, ...PARAM.shape }).transform(byId);
export const SET_TAG = z.object({ ...RUN, ...TAG.shape }).transform(byId);
export const DELETE_TAG = z.object({ ...RUN, key: KEY }).transform(byId);
export const LOG_BATCH = z
  .object({
    ...RUN,
    metrics: z.array(METRIC).max(MAX_BATCH).default([]),
    params: z.array(PARAM).max(MAX_BATCH).default([]),
    tags: z.array(TAG).max(MAX_BATCH).default([]),
  })
  .transform(byId);
export const LOG_MODEL = z.object({ ...RUN, model_json: z.string().max(1_000_000) }).transform(byId);
export const LOG_INPUTS = z
  .object({
    ...RUN,
    datasets: z.array(DATASET).max(MAX_BATCH).default([]),
    models: z.array(LOGGED).max(MAX_BATCH).default([]),
  })
  .transform(byId);
export const LOG_OUTPUTS = z
  .object({
    ...RUN,
    models: z
      .array(LOGGED.extend({ step: STEP }))
      .max(MAX_BATCH)
      .default([]),
  })
  .transform(byId);
export const SEARCH_RUNS = z.object({
  ...PAGE,
  experiment_ids: z.array(z.string().max(100)).max(1000).default([]),
  max_results: pageSize(1000),
  run_view_type: VIEW,
});
export const HISTORY = z
  .object({ ...RUN, metric_key: KEY, page_token: PAGE.page_token, max_results: pageSize(1000) })
  .transform(byId);

/** A metric as the service keeps it. */
export function metricOf({ model_id: loggedModelId, ...metric }: z.output<typeof METRIC>): Metric {
  return { ...metric, ...(loggedModelId !== undefined && loggedModelId !== '' && { loggedModelId }) };
}
