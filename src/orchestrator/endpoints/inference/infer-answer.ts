import { DATATYPES, type Datatype, type TensorType } from './signature.js';

/** A tensor as a worker gives it. */
export interface ResultTensor {
  readonly name: string;
  readonly type: TensorType;
  readonly dims: readonly number[];
  /** Flat, in row-major order; whole numbers beyond 2^53 are bigints. */
  readonly data: readonly (number | bigint | string | boolean)[];
}

/** An output tensor of the protocol. */
export interface OutputTensor {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly data: readonly (number | string | boolean | null)[];
}

/**
 * Writes results as the protocol's tensors. What JSON cannot carry becomes what a reader notices: null for NaN and infinities,
 * text for whole numbers beyond 2^53.
 */
export function outputTensors(results: readonly ResultTensor[]): OutputTensor[] {
  return results.map(({ name, type, dims, data }) => ({
    name,
    datatype: DATATYPES[type],
    shape: dims,
    data: data.map(jsonValue),
  }));
}

function jsonValue(value: ResultTensor['data'][number]): number | string | boolean | null {
  if (typeof value === 'bigint') return value.toString();
  return typeof value === 'number' && !Number.isFinite(value) ? null : value;
}
