import { NAMESPACE } from '../content.mjs';
import { detail, done, until } from '../output.mjs';

const ENDPOINT = 'penguin-species';
const COLUMNS = ['beak_length_mm', 'beak_depth_mm', 'flipper_length_mm', 'body_mass_g'];
const EVERY_NTH = 60;

/** Serves the model version of the run, and asks it about real penguins over the Open Inference Protocol. */
export const serving = {
  title: 'The engineer deploys that version and asks it about six penguins',
  async play(context) {
    const { pia, run } = context;
    await pia.ask('mutation($input: DeployEndpointInput!) { deployEndpoint(input: $input) { name } }', {
      input: {
        name: ENDPOINT,
        namespace: NAMESPACE,
        repository: 'penguin-species',
        revision: run.output.commitId,
        path: 'model.onnx',
      },
    });
    const endpoint = await until('the endpoint', () => readyEndpoint(pia, run.output.commitId));
    done(
      `endpoint ${ENDPOINT}, revision ${endpoint.revision.number}, serves commit ${run.output.commitId.slice(0, 8)} at ${endpoint.url}`,
    );
    const metadata = await pia.get(`/v2/models/${ENDPOINT}`);
    const tensors = (list) =>
      list.map(({ name, datatype, shape }) => `${name} ${datatype}[${shape}]`).join(', ');
    detail(`${tensors(metadata.inputs)} → ${tensors(metadata.outputs)}`);

    const penguins = JSON.parse(await pia.read('penguins', 'v1', 'penguins.json')).filter(
      (_, at) => at % EVERY_NTH === 0,
    );
    const answer = await pia.post(`/v2/models/${ENDPOINT}/infer`, {
      inputs: [
        {
          name: 'measurements',
          shape: [penguins.length, COLUMNS.length],
          datatype: 'FP32',
          data: penguins.flatMap((penguin) => COLUMNS.map((name) => penguin[name])),
        },
      ],
    });
    const [species, probabilities] = ['species', 'probabilities'].map(
      (name) => answer.outputs.find((each) => each.name === name).data,
    );
    done(`inferred ${penguins.length} species:`);
    penguins.forEach((penguin, at) => {
      const chances = probabilities.slice(at * 3, at * 3 + 3);
      const measures = `beak ${penguin.beak_length_mm} × ${penguin.beak_depth_mm} mm, flipper ${penguin.flipper_length_mm} mm, ${penguin.body_mass_g} g`;
      detail(
        `${measures.padEnd(52)} → ${species[at]} (${(100 * Math.max(...chances)).toFixed(0)} %)${species[at] === penguin.species ? '' : `, was ${penguin.species}`}`,
      );
    });
  },
};

async function readyEndpoint(pia, commitId) {
  const { endpoint } = await pia.ask(
    'query($name: String!) { endpoint(name: $name) { observed reason url revision { number commitId } } }',
    { name: ENDPOINT },
  );
  if (endpoint.observed === 'failed') throw new Error(`the endpoint failed: ${endpoint.reason}`);
  return endpoint.observed === 'ready' && endpoint.revision.commitId === commitId ? endpoint : undefined;
}
