import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureCommit, ensureRepository } from '../content.mjs';
import { detail, done, until } from '../output.mjs';

const EXAMPLE = path.resolve(import.meta.dirname, '../..');
const FINAL = new Set(['succeeded', 'failed', 'cancelled', 'lost']);
const PARAMETERS = { epochs: 400, learningRate: 0.5, holdout: 0.25 };
const SEED = 2007;
const TIMEOUT_SECONDS = 120;

/** Trains on penguins@v1 as the service account, in a run of its own. Adds `run` to the context. */
export const training = {
  title: 'The service account trains a model on penguins@v1',
  async play(context) {
    const { pia, trainer } = context;
    await ensureRepository(
      pia,
      'penguin-training',
      'dataset',
      'Code that trains the model of penguin species',
    );
    await ensureRepository(
      pia,
      'penguin-species',
      'model',
      'Tells the species of a penguin from four measures',
    );
    await ensureCommit(
      pia,
      'penguin-training',
      'main',
      'Training code, and the library that it needs',
      codeFiles(),
    );

    const { submitTrainingRun } = await trainer.ask(
      'mutation($input: SubmitTrainingRunInput!) { submitTrainingRun(input: $input) { id } }',
      {
        input: {
          name: 'Penguin species',
          inputs: [{ repository: 'penguins', revision: 'v1', mount: 'penguins' }],
          code: { repository: 'penguin-training', revision: 'main' },
          command: ['node', 'train.mjs'],
          output: { repository: 'penguin-species', branch: 'main' },
          parameters: PARAMETERS,
          seed: SEED,
          timeoutSeconds: TIMEOUT_SECONDS,
        },
      },
    );
    const run = await until('the training run', () => finalRun(trainer, submitTrainingRun.id));
    if (run.state !== 'succeeded')
      throw new Error(`the training run ${run.state}: ${run.reason}\n${run.log}`);
    done(`training run ${run.id} succeeded with exit code ${run.exitCode}`);
    detail(run.log.trim());
    detail(
      `penguins@v1 was commit ${run.inputs[0].commitId.slice(0, 8)}, content hash ${run.contentHash.slice(0, 12)}`,
    );
    done(
      `model version ${run.output.commitId.slice(0, 8)} in penguin-species, accuracy ${run.metrics.accuracy.toFixed(3)} on ${run.metrics.holdout_records} unseen penguins`,
    );
    context.run = run;
  },
};

async function finalRun(client, id) {
  const { trainingRun } = await client.ask(
    `query($id: ID!) { trainingRun(id: $id) { id state reason exitCode contentHash metrics
       inputs { commitId } output { commitId } log(tailLines: 20) } }`,
    { id },
  );
  return FINAL.has(trainingRun.state) ? trainingRun : undefined;
}

/** The code and, as nothing is installed where it runs, the library that writes ONNX. */
function codeFiles() {
  const require = createRequire(import.meta.url);
  const onnx = path.resolve(require.resolve('onnx-proto'), '../..');
  const protobuf = path.resolve(createRequire(`${onnx}/`).resolve('protobufjs/minimal'), '..');
  const file = (to, from) => ({ path: to, bytes: readFileSync(from), contentType: 'text/plain' });
  return [
    ...['train.mjs', 'train/classifier.mjs', 'train/onnx-model.mjs'].map((name) =>
      file(name, path.join(EXAMPLE, name)),
    ),
    ...['package.json', 'LICENSE', 'dist/onnx.js'].map((name) =>
      file(`node_modules/onnx-proto/${name}`, path.join(onnx, name)),
    ),
    ...['package.json', 'LICENSE'].map((name) =>
      file(`node_modules/protobufjs/${name}`, path.join(protobuf, name)),
    ),
    file('node_modules/protobufjs/minimal.js', path.join(protobuf, 'dist/minimal/protobuf.js')),
  ];
}
