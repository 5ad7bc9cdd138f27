import onnxProto, { type onnx as Onnx } from 'onnx-proto';

import type { ContentReader } from './content-reader.js';
import {
  MAX_COLUMNS,
  MAX_NAME_LENGTH,
  type ContentProfile,
  type ModelValue,
  type Problems,
} from './profile.js';
import { WireFault, WireReader, type WireField } from './wire.js';

// The package is CommonJS without named exports that Node could see.
const { onnx } = onnxProto;

const MAX_TEXT_BYTES = 4096;
const MAX_VALUE_BYTES = 64 * 1024;
const MAX_DIMENSIONS = 64;

/** Field numbers of onnx.proto. */
const MODEL = { producerName: 2, producerVersion: 3, graph: 7, opsetImport: 8 } as const;
const GRAPH = { initializer: 5, input: 11, output: 12 } as const;
const TENSOR_NAME = 8;

/** What is gathered on the way through the file. */
interface Findings {
  readonly inputs: ModelValue[];
  readonly outputs: ModelValue[];
  /** Weights; older models list them among the inputs, though nobody passes them. */
  readonly initializers: Set<string>;
  opset?: number;
  producer: string[];
  hasGraph: boolean;
}

/** Inputs, outputs, operator set and producer of an ONNX model of any size; weights are passed over unread. */
export async function profileOnnx(
  reader: ContentReader,
  problems: Problems,
): Promise<Omit<ContentProfile, 'problems'>> {
  const wire = new WireReader(reader);
  const found: Findings = { inputs: [], outputs: [], initializers: new Set(), producer: [], hasGraph: false };
  try {
    for await (const field of wire.fields(0, reader.sizeBytes)) await modelField(wire, field, found);
    if (!found.hasGraph) throw new WireFault('there is no graph');
  } catch (error) {
    if (!(error instanceof WireFault)) throw error;
    problems.add(`onnx: ${error.message}`);
    if (!found.hasGraph) return { format: 'onnx', columns: [] };
  }
  return {
    format: 'onnx',
    columns: [],
    model: {
      inputs: found.inputs.filter(({ name }) => !found.initializers.has(name)),
      outputs: found.outputs,
      ...(found.opset !== undefined && { opset: found.opset }),
      ...(found.producer.length > 0 && { producer: found.producer.join(' ') }),
    },
  };
}

async function modelField(wire: WireReader, field: WireField, found: Findings): Promise<void> {
  const { number, start, end } = field;
  if (start === undefined || end === undefined) return;
  if (number === MODEL.producerName || number === MODEL.producerVersion) {
    const text = Buffer.from(await wire.bytes(start, end, MAX_TEXT_BYTES)).toString('utf8');
    if (text !== '') found.producer.push(text.slice(0, MAX_NAME_LENGTH));
  } else if (number === MODEL.opsetImport) {
    const { domain, version } = decode(onnx.OperatorSetIdProto, await wire.bytes(start, end, MAX_TEXT_BYTES));
    // The operators of ONNX itself; other domains are extensions.
    if (domain === '' || domain === 'ai.onnx') found.opset = Number(version);
  } else if (number === MODEL.graph) {
    found.hasGraph = true;
    for await (const part of wire.fields(start, end)) await graphField(wire, part, found);
  }
}

async function graphField(wire: WireReader, field: WireField, found: Findings): Promise<void> {
  const { number, start, end } = field;
  if (start === undefined || end === undefined) return;
  if (number === GRAPH.input || number === GRAPH.output) {
    const list = number === GRAPH.input ? found.inputs : found.outputs;
    if (list.length >= MAX_COLUMNS) throw new WireFault(`more than ${MAX_COLUMNS} inputs or outputs`);
    const { name, type } = decode(onnx.ValueInfoProto, await wire.bytes(start, end, MAX_VALUE_BYTES));
    list.push({ name: name.slice(0, MAX_NAME_LENGTH), type: typeText(type) });
  } else if (number === GRAPH.initializer) {
    for await (const part of wire.fields(start, end)) {
      if (part.number !== TENSOR_NAME || part.start === undefined || part.end === undefined) continue;
      found.initializers.add(
        Buffer.from(await wire.bytes(part.start, part.end, MAX_TEXT_BYTES)).toString('utf8'),
      );
    }
  }
}

function decode<T>(message: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return message.decode(bytes);
  } catch (error) {
    throw new WireFault('a part does not follow the format', { cause: error });
  }
}

function typeText(type: Onnx.ITypeProto | null | undefined): string {
  const tensor = type?.tensorType;
  if (tensor === null || tensor === undefined) {
    if (type?.sequenceType) return 'sequence';
    return type?.mapType ? 'map' : 'unknown';
  }
  const element = (onnx.TensorProto.DataType[tensor.elemType ?? 0] ?? 'unknown').toLowerCase();
  // Without a shape nothing is known, not even how many dimensions.
  if (tensor.shape === null || tensor.shape === undefined) return element;
  const dimensions = (tensor.shape.dim ?? []).slice(0, MAX_DIMENSIONS).map(({ dimValue, dimParam }) => {
    if (dimParam) return dimParam.slice(0, MAX_NAME_LENGTH);
    return dimValue === null || dimValue === undefined || Number(dimValue) <= 0 ? '?' : String(dimValue);
  });
  return `${element}[${dimensions.join(',')}]`;
}
