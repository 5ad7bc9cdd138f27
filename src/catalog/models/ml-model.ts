import { parse } from 'yaml';

/** One column, tensor or parameter of a signature. */
export interface SignatureField {
  /** Absent for what has none. */
  readonly name?: string;
  /** As the file says it: `double`, `float32[-1,4]`, `float[N,5]` … */
  readonly type: string;
}

/** What a model takes and gives. */
export interface Signature {
  /** Where it was read: `MLmodel`, or the path of an ONNX file. */
  readonly source: string;
  readonly inputs: readonly SignatureField[];
  readonly outputs: readonly SignatureField[];
  readonly params: readonly SignatureField[];
}

/** What is read of the file `MLmodel` that MLflow puts beside a model. */
export interface MlModel {
  readonly flavors: readonly string[];
  readonly mlflowVersion?: string;
  readonly signature?: Omit<Signature, 'source'>;
  readonly problems: readonly string[];
}

/** The most bytes such a file may have to be read. */
export const MAX_ML_MODEL_BYTES = 1024 * 1024;
const MAX_FIELDS = 1000;
const MAX_TEXT = 256;
const MAX_FLAVORS = 20;

/**
 * Reads an `MLmodel` file. What is not of its form is told among the problems and left out; nothing is thrown.
 * Source: MLflow, "MLflow Model Signatures", columns and tensors.
 */
export function parseMlModel(text: string): MlModel {
  const problems: string[] = [];
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 0, schema: 'core' });
  } catch (error) {
    return {
      flavors: [],
      problems: [`MLmodel: is not YAML: ${cut((error as Error).message.split('\n')[0] ?? '')}`],
    };
  }
  if (!isRecord(value)) return { flavors: [], problems: ['MLmodel: must be a mapping'] };
  const { flavors, mlflow_version: version, signature } = value;
  const read = isRecord(signature)
    ? {
        inputs: fieldsOf(signature['inputs'], 'inputs', problems),
        outputs: fieldsOf(signature['outputs'], 'outputs', problems),
        params: fieldsOf(signature['params'], 'params', problems),
      }
    : undefined;
  return {
    flavors: isRecord(flavors) ? Object.keys(flavors).slice(0, MAX_FLAVORS).map(cut) : [],
    ...(typeof version === 'string' && { mlflowVersion: cut(version) }),
    ...(read !== undefined && { signature: read }),
    problems,
  };
}

/** A part of a signature: a list, as JSON in a text. */
function fieldsOf(json: unknown, part: string, problems: string[]): SignatureField[] {
  if (json === undefined || json === null) return [];
  let list: unknown = json;
  try {
    if (typeof json === 'string') list = JSON.parse(json);
  } catch {
    list = undefined;
  }
  if (!Array.isArray(list)) {
    problems.push(`MLmodel: signature.${part} must be a list in JSON`);
    return [];
  }
  if (list.length > MAX_FIELDS)
    problems.push(`MLmodel: signature.${part} has ${list.length} fields; ${MAX_FIELDS} are read`);
  return list.slice(0, MAX_FIELDS).flatMap((field: unknown): SignatureField[] => {
    if (!isRecord(field)) return [];
    const name = typeof field['name'] === 'string' ? { name: cut(field['name']) } : {};
    return [{ ...name, type: cut(typeOf(field)) }];
  });
}

function typeOf(field: Readonly<Record<string, unknown>>): string {
  const { type, 'tensor-spec': tensor } = field;
  if (isRecord(tensor)) {
    const { dtype, shape } = tensor;
    const dimensions = Array.isArray(shape) ? `[${shape.map(String).join(',')}]` : '';
    return `${typeof dtype === 'string' ? dtype : '?'}${dimensions}`;
  }
  return typeof type === 'string' ? type : '?';
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
