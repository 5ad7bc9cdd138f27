import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '../../support/eventually.js';
import type { Things } from '../things.js';
import { rowsOf, type World } from '../worlds.js';
import { commit } from './catalog.js';

const ONNX = readFileSync(path.resolve('test/fixtures/shop/models/return_risk.onnx'));

/** A registered model with versions, an alias and a stage, and an endpoint that serves it. */
export async function fillModels(world: World, things: Things): Promise<void> {
  const { cairn } = world;
  const model = things.word('model');
  const made = await cairn.ask(
    'mutation($i: CreateRegisteredModelInput!) { createRegisteredModel(input: $i) { id asset { id } repository { name } } }',
    {
      i: {
        ...{ name: model, namespace: things.namespace, description: things.word('described') },
        tags: { [things.word('label')]: things.word('labelled') },
      },
    },
  );
  const { id, asset, repository } = made.createRegisteredModel;
  things.keep('registered', id);
  things.keep('model', asset.id);
  things.keep('modelRepository', repository.name);
  await commit(
    world,
    repository.name,
    { [`${things.inner('weights')}.onnx`]: ONNX, 'README.md': things.inner('readme') },
    { message: things.inner('trained') },
  );
  for (const description of [things.word('older'), things.word('newer')])
    await cairn.ask('mutation($i: CreateModelVersionInput!) { createModelVersion(input: $i) { number } }', {
      i: { model, revision: 'main', description, tags: { [things.word('mark')]: things.word('marked') } },
    });
  // For rows that make a model of a name that is taken, and for those that remove one.
  for (const name of ['spare', 'doomed', 'condemned'])
    await cairn.ask('mutation($i: CreateRegisteredModelInput!) { createRegisteredModel(input: $i) { id } }', {
      i: { name: things.word(name), namespace: things.namespace },
    });
  await cairn.ask(
    `mutation($a: SetModelAliasInput!, $t: TransitionModelVersionInput!) {
       setModelAlias(input: $a) { number } transitionModelVersion(input: $t) { number } }`,
    { a: { model, alias: things.word('alias'), version: 1 }, t: { model, version: 2, stage: 'Staging' } },
  );
  const i = { name: things.word('endpoint'), namespace: things.namespace, repository: repository.name };
  await cairn.ask('mutation($i: DeployEndpointInput!) { deployEndpoint(input: $i) { name } }', {
    i: { ...i, revision: 'main' },
  });
  await eventually(
    async () =>
      (
        await cairn.ask('query($n: String!) { endpoint(name: $n) { observed url asset { id } } }', {
          n: i.name,
        })
      ).endpoint,
    ({ url, asset: served }) => {
      things.keep('endpoint', served.id);
      return url !== null;
    },
  );
  // Lineage is told of it by the service itself, at some time: what is told later comes later in both worlds.
  await eventually(
    () => rowsOf(world, 'SELECT 1 FROM lineage_run WHERE job_id = $1', [things.id('endpoint')]),
    (runs) => runs.length > 0,
  );
}
