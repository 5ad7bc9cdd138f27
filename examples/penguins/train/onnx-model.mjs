import proto from 'onnx-proto';

const { onnx } = proto;
const { DataType } = onnx.TensorProto;
const OPSET = 13;
const IR_VERSION = 7;

/**
 * A fitted classifier as an ONNX model: `measurements` (n × columns, float) in, `species` (n texts) and `probabilities`
 * (n × classes, float) out.
 * @param columns names of the columns of `measurements`, told in the model's description
 * @param classes names of the classes
 * @returns {Uint8Array}
 */
export function onnxModelOf({ scaling, weights, biases }, columns, classes) {
  const graph = onnx.GraphProto.create({
    name: 'penguin_species',
    input: [valueInfo('measurements', DataType.FLOAT, ['n', columns.length])],
    output: [
      valueInfo('species', DataType.STRING, ['n']),
      valueInfo('probabilities', DataType.FLOAT, ['n', classes.length]),
    ],
    initializer: [
      floats('means', [columns.length], scaling.means),
      floats('deviations', [columns.length], scaling.deviations),
      floats('weights', [columns.length, classes.length], weights.flat()),
      floats('biases', [classes.length], biases),
      onnx.TensorProto.create({
        name: 'classes',
        dataType: DataType.STRING,
        dims: [classes.length],
        stringData: classes.map((name) => new TextEncoder().encode(name)),
      }),
    ],
    node: [
      node('Sub', ['measurements', 'means'], 'centred'),
      node('Div', ['centred', 'deviations'], 'scaled'),
      node('MatMul', ['scaled', 'weights'], 'weighted'),
      node('Add', ['weighted', 'biases'], 'scores'),
      node('Softmax', ['scores'], 'probabilities', { axis: 1 }),
      node('ArgMax', ['probabilities'], 'class', { axis: 1, keepdims: 0 }),
      node('Gather', ['classes', 'class'], 'species', { axis: 0 }),
    ],
  });
  const model = onnx.ModelProto.create({
    irVersion: IR_VERSION,
    producerName: 'penguins-example',
    docString: `Tells the species of a penguin from ${columns.join(', ')}.`,
    opsetImport: [{ domain: '', version: OPSET }],
    graph,
  });
  return onnx.ModelProto.encode(model).finish();
}

function node(opType, input, output, attributes = {}) {
  const attribute = Object.entries(attributes).map(([name, i]) => ({
    name,
    type: onnx.AttributeProto.AttributeType.INT,
    i,
  }));
  return onnx.NodeProto.create({ name: output, opType, input, output: [output], attribute });
}

function floats(name, dims, floatData) {
  return onnx.TensorProto.create({ name, dataType: DataType.FLOAT, dims, floatData });
}

function valueInfo(name, elemType, dims) {
  const dim = dims.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return onnx.ValueInfoProto.create({ name, type: { tensorType: { elemType, shape: { dim } } } });
}
