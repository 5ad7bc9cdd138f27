/**
 * A worker thread that holds one model. It gets the bytes in `workerData`, says `ready` with the model's signature or `refused`
 * with the reason, and then answers one question after the other. Plain JavaScript: a worker starts from a file as it lies there.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const TENSOR_DATA = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** What onnxruntime wants: typed arrays, and plain arrays for text. */
function tensorOf({ type, data, dims }) {
  if (type === 'string') return new Tensor('string', data, dims);
  if (type === 'bool') return new Tensor('bool', Uint8Array.from(data, Number), dims);
  const numbers = type.endsWith('64') && type !== 'float64' ? data.map(BigInt) : data;
  return new Tensor(type, TENSOR_DATA[type].from(numbers), dims);
}

/** Plain values; whole numbers beyond 2^53 stay bigints. */
function valuesOf({ type, data, dims }) {
  if (type === 'bool') return { type, dims, data: Array.from(data, Boolean) };
  if (type !== 'int64' && type !== 'uint64') return { type, dims, data: Array.from(data) };
  const isSafe = (value) => value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
  return { type, dims, data: Array.from(data, (value) => (isSafe(value) ? Number(value) : value)) };
}

function signatureOf(metadata) {
  return metadata.map(({ name, isTensor, type, shape }) => ({
    name,
    type: isTensor ? type : undefined,
    shape: isTensor ? shape.map((size) => (typeof size === 'number' && size >= 0 ? size : -1)) : [],
  }));
}

async function answer(session, { id, inputs, outputs }) {
  try {
    const feeds = Object.fromEntries(inputs.map((input) => [input.name, tensorOf(input)]));
    const results = await session.run(feeds, outputs);
    parentPort.postMessage({ id, outputs: outputs.map((name) => ({ name, ...valuesOf(results[name]) })) });
  } catch (error) {
    parentPort.postMessage({ id, error: error.message });
  }
}

try {
  const session = await InferenceSession.create(workerData.model, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  parentPort.on('message', (question) => answer(session, question));
  parentPort.postMessage({
    ready: { inputs: signatureOf(session.inputMetadata), outputs: signatureOf(session.outputMetadata) },
  });
} catch (error) {
  parentPort.postMessage({ refused: error.message });
}
