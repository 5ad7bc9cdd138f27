import {
  MAX_COLUMNS,
  MAX_NAME_LENGTH,
  type ContentProfile,
  type ModelProfile,
  type ModelValue,
  type ProfileFormat,
} from './profile.js';

const MAX_DIMENSIONS = 64;
const MAX_METADATA = 200;
const MAX_METADATA_VALUE = 256;

/** A header of a model file that breaks a rule; the message names it. */
export class HeaderFault extends Error {}

/** A tensor as a header describes it. */
export interface Tensor {
  readonly name: string;
  /** As the format spells it, e.g. `F32`, `Q4_K`. */
  readonly type: string;
  readonly shape: readonly number[];
  /** Bytes of its values as `[start, end)`; `end` is absent for a type whose size is not known. */
  readonly start: number;
  readonly end?: number;
}

/** How many values a shape has. @throws {HeaderFault} more than a number holds exactly */
export function countOf(shape: readonly number[]): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (!Number.isSafeInteger(count)) throw new HeaderFault('a tensor has more than 2^53 values');
  return count;
}

/**
 * Checks that tensors do not lie over each other nor beyond the end.
 * @param isWhole whether no byte may be without a tensor
 * @throws {HeaderFault}
 */
export function checkPlaces(tensors: readonly Tensor[], size: number, isWhole: boolean): void {
  let at = 0;
  const places = [...tensors].sort((a, b) => a.start - b.start || (a.end ?? a.start) - (b.end ?? b.start));
  for (const { name, start, end = start } of places) {
    const shown = JSON.stringify(name.slice(0, MAX_NAME_LENGTH));
    if (end > size) throw new HeaderFault(`tensor ${shown} ends beyond the file`);
    if (start < at) throw new HeaderFault(`tensor ${shown} lies over another one`);
    if (isWhole && start > at) throw new HeaderFault(`there are bytes without a tensor before ${shown}`);
    at = end;
  }
  if (isWhole && at !== size) throw new HeaderFault('there are bytes without a tensor at the end');
}

/** The profile of a model of which the header tells tensors and metadata. */
export function profileOfTensors(
  format: ProfileFormat,
  tensors: readonly Tensor[],
  metadata: ReadonlyMap<string, string>,
): Omit<ContentProfile, 'problems'> {
  const counts = new Map<string, number>();
  for (const { type } of tensors) counts.set(type, (counts.get(type) ?? 0) + 1);
  const kept = [...metadata].slice(0, MAX_METADATA);
  const model: ModelProfile = {
    inputs: [],
    outputs: [],
    parameterCount: tensors.reduce((sum, { shape }) => sum + countOf(shape), 0),
    tensorCount: tensors.length,
    tensorTypes: Object.fromEntries(counts),
    tensors: tensors.slice(0, MAX_COLUMNS).map(valueOf),
    metadata: Object.fromEntries(
      kept.map(([key, value]) => [key.slice(0, MAX_NAME_LENGTH), value.slice(0, MAX_METADATA_VALUE)]),
    ),
  };
  return { format, columns: [], model };
}

function valueOf({ name, type, shape }: Tensor): ModelValue {
  const dimensions = shape.slice(0, MAX_DIMENSIONS).join(',');
  return { name: name.slice(0, MAX_NAME_LENGTH), type: `${type}[${dimensions}]` };
}
