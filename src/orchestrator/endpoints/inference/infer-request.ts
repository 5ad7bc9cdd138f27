import { z } from 'zod';
import { InvalidInputError, validate } from '../../../platform/errors/index.js';
import type { Datatype, Signature, TensorSignature, TensorType } from './signature.js';

/** Elements of one input at most. */
export const MAX_ELEMENTS = 4_000_000;
const MAX_DIMENSIONS = 8;

const NAME = z.string().min(1).max(1_000);
const TENSOR = z.object({
  name: NAME,
  shape: z.array(z.int().min(0, 'must be whole numbers from 0')).max(MAX_DIMENSIONS),
  datatype: z.string().max(10),
  parameters: z.record(z.string(), z.unknown()).optional(),
  data: z.array(z.unknown()).max(MAX_ELEMENTS, `must have at most ${MAX_ELEMENTS} values`),
});
const REQUEST = z.object(
  {
    id: z.string().max(1_000).optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
    inputs: z.array(TENSOR, { error: 'must be the list of input tensors' }).min(1).max(1_000),
    outputs: z
      .array(z.object({ name: NAME }))
      .max(1_000)
      .optional(),
  },
  { error: 'must be an inference request of the Open Inference Protocol' },
);

/** Values for one input of a model, flat, in row-major order. */
export interface Feed {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  readonly data: readonly (number | string | boolean)[];
}

/** A checked question to a model. */
export interface InferRequest {
  /** The caller's own, given back. */
  readonly id?: string;
  readonly inputs: readonly Feed[];
  /** Names of the outputs that are asked for. */
  readonly outputs: readonly string[];
}

/**
 * Checks a request against what the model takes. Source: Open Inference Protocol v2, inference request; `data` flat or nested.
 * @throws {InvalidInputError} naming the field and the rule
 */
export function parseInferRequest(body: unknown, signature: Signature): InferRequest {
  const { id, inputs, outputs } = validate(REQUEST, body);
  const given = new Map(inputs.map((input, at) => [input.name, { input, at }]));
  if (given.size < inputs.length) throw new InvalidInputError('inputs', 'must name each input once');
  const known = signature.inputs.map(({ name }) => name);
  for (const [at, { name }] of inputs.entries())
    if (!known.includes(name))
      throw new InvalidInputError(`inputs[${at}].name`, `must be one of ${known.join(', ')}, got "${name}"`);
  const feeds = signature.inputs.map((tensor) => {
    const found = given.get(tensor.name);
    if (!found) throw new InvalidInputError('inputs', `must have "${tensor.name}" (${tensor.datatype})`);
    return feedOf(found.input, tensor, `inputs[${found.at}]`);
  });
  return { id, inputs: feeds, outputs: outputsOf(outputs, signature) };
}

function outputsOf(
  asked: readonly { name: string }[] | undefined,
  { outputs, omitted }: Signature,
): string[] {
  const known = outputs.map(({ name }) => name);
  if (asked === undefined || asked.length === 0) return known;
  for (const [at, { name }] of asked.entries()) {
    if (known.includes(name)) continue;
    const why = omitted.includes(name) ? 'is no tensor that JSON can carry' : `got "${name}"`;
    throw new InvalidInputError(`outputs[${at}].name`, `must be one of ${known.join(', ')}; ${why}`);
  }
  return [...new Set(asked.map(({ name }) => name))];
}

function feedOf(given: z.output<typeof TENSOR>, tensor: TensorSignature, at: string): Feed {
  const { name, type, datatype, shape } = tensor;
  if (given.datatype !== datatype)
    throw new InvalidInputError(`${at}.datatype`, `must be ${datatype}, got "${given.datatype}"`);
  const fits =
    given.shape.length === shape.length && shape.every((size, i) => size === -1 || size === given.shape[i]);
  if (!fits)
    throw new InvalidInputError(
      `${at}.shape`,
      `must be [${shape.join(', ')}], where -1 is any size, got [${given.shape.join(', ')}]`,
    );
  const count = given.shape.reduce((product, size) => product * size, 1);
  if (count > MAX_ELEMENTS)
    throw new InvalidInputError(
      `${at}.shape`,
      `must have at most ${MAX_ELEMENTS} elements in all, got ${count}`,
    );
  const data = given.data.some(Array.isArray) ? given.data.flat(MAX_DIMENSIONS) : given.data;
  if (data.length !== count)
    throw new InvalidInputError(
      `${at}.data`,
      `must have the ${count} values that shape [${given.shape.join(', ')}] says, got ${data.length}`,
    );
  const { holds, rule } = VALUES[datatype];
  const bad = data.findIndex((value) => !holds(value));
  if (bad !== -1) throw new InvalidInputError(`${at}.data[${bad}]`, rule);
  return { name, type, dims: given.shape, data: data as Feed['data'] };
}

interface ValueRule {
  holds(value: unknown): boolean;
  readonly rule: string;
}

function wholeBetween(min: number, max: number): ValueRule {
  const holds = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  return { holds, rule: `must be a whole number from ${min} to ${max}` };
}

const NUMBER: ValueRule = { holds: (value) => typeof value === 'number', rule: 'must be a number' };

/** What a value of a datatype may be. 64-bit numbers are bounded by what JSON numbers hold exactly. */
const VALUES: Readonly<Record<Datatype, ValueRule>> = {
  BOOL: { holds: (value) => typeof value === 'boolean', rule: 'must be true or false' },
  UINT8: wholeBetween(0, 2 ** 8 - 1),
  UINT16: wholeBetween(0, 2 ** 16 - 1),
  UINT32: wholeBetween(0, 2 ** 32 - 1),
  UINT64: wholeBetween(0, Number.MAX_SAFE_INTEGER),
  INT8: wholeBetween(-(2 ** 7), 2 ** 7 - 1),
  INT16: wholeBetween(-(2 ** 15), 2 ** 15 - 1),
  INT32: wholeBetween(-(2 ** 31), 2 ** 31 - 1),
  INT64: wholeBetween(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  FP32: NUMBER,
  FP64: NUMBER,
  BYTES: { holds: (value) => typeof value === 'string', rule: 'must be text' },
};
