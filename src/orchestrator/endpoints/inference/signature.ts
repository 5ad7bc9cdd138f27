import { ModelRefusedError } from '../errors.js';

/** Tensor types of the Open Inference Protocol that JSON can carry. FP16 and BF16 have no JSON form there. */
export const DATATYPES = {
  bool: 'BOOL',
  uint8: 'UINT8',
  uint16: 'UINT16',
  uint32: 'UINT32',
  uint64: 'UINT64',
  int8: 'INT8',
  int16: 'INT16',
  int32: 'INT32',
  int64: 'INT64',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
} as const;

/** A type of ONNX tensors, as onnxruntime names it. */
export type TensorType = keyof typeof DATATYPES;
export type Datatype = (typeof DATATYPES)[TensorType];

/** A named value as the runtime describes it; without a type it is no tensor, but a sequence or a map. */
export interface RawValue {
  readonly name: string;
  readonly type?: string;
  readonly shape: readonly number[];
}

/** A named tensor of a model. */
export interface TensorSignature {
  readonly name: string;
  readonly type: TensorType;
  readonly datatype: Datatype;
  /** Sizes by dimension; -1 for any. */
  readonly shape: readonly number[];
}

/** What a model takes and gives. */
export interface Signature {
  readonly inputs: readonly TensorSignature[];
  readonly outputs: readonly TensorSignature[];
  /** Outputs that the protocol cannot carry: sequences, maps, half floats. They are not offered. */
  readonly omitted: readonly string[];
}

/**
 * The part of a model that the protocol can speak of.
 * @throws {ModelRefusedError} when an input, or every output, is beyond it
 */
export function signatureOf(raw: { inputs: readonly RawValue[]; outputs: readonly RawValue[] }): Signature {
  const inputs = raw.inputs.map((value) => {
    const tensor = tensorOf(value);
    if (tensor) return tensor;
    throw new ModelRefusedError(
      `input "${value.name}" is ${value.type ?? 'no tensor'}, which the Open Inference Protocol cannot carry as JSON`,
    );
  });
  const outputs = raw.outputs.map(tensorOf).filter((tensor) => tensor !== undefined);
  const omitted = raw.outputs.filter((value) => !tensorOf(value)).map(({ name }) => name);
  if (outputs.length === 0)
    throw new ModelRefusedError(
      `none of its outputs (${omitted.join(', ')}) is a tensor that JSON can carry; export it without ZipMap`,
    );
  return { inputs, outputs, omitted };
}

function tensorOf({ name, type, shape }: RawValue): TensorSignature | undefined {
  if (type === undefined || !Object.hasOwn(DATATYPES, type)) return undefined;
  return { name, type: type as TensorType, datatype: DATATYPES[type as TensorType], shape };
}
