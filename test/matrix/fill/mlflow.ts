import type { Things } from '../things.js';
import type { World } from '../worlds.js';

/** Asks as MLflow's client does. */
async function mlflow({ cairn }: World, route: string, body: object): Promise<any> {
  const sent = await cairn.http(`/api/2.0/mlflow/${route}`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
    headers: { 'content-type': 'application/json' },
  });
  const answer = (await sent.json()) as any;
  if (!sent.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

/** An experiment with a run: parameters, metrics, tags, inputs, an artifact, a logged model. */
export async function fillMlflow(world: World, things: Things): Promise<void> {
  const pair = (what: string) => ({ key: things.word(`${what}key`), value: things.word(`${what}value`) });
  const { experiment_id: experiment } = await mlflow(world, 'experiments/create', {
    name: things.word('experiment'),
    tags: [{ key: 'cairn.namespace', value: things.namespace }, pair('experiment')],
  });
  things.keep('experiment', experiment);
  await mlflow(world, 'experiments/create', {
    ...{ name: things.word('spare'), tags: [{ key: 'cairn.namespace', value: things.namespace }] },
  });
  const { run } = await mlflow(world, 'runs/create', {
    ...{ experiment_id: experiment, run_name: things.inner('trial'), user_id: things.inner('person') },
    ...{
      start_time: '1700000000000',
      tags: [{ key: things.inner('runtag'), value: things.inner('runvalue') }],
    },
  });
  const { run_id: id, artifact_uri: artifacts } = run.info;
  things.keep('run', id);
  await mlflow(world, 'runs/log-batch', {
    run_id: id,
    metrics: [{ key: things.inner('metric'), value: 1, timestamp: 1, step: 1 }],
    params: [{ key: things.inner('param'), value: things.inner('paramvalue') }],
  });
  await mlflow(world, 'runs/log-inputs', {
    run_id: id,
    datasets: [
      { dataset: { name: things.inner('input'), digest: 'd', source: things.inner('inputsource') } },
    ],
  });
  const { model } = await mlflow(world, 'logged-models', {
    ...{ experiment_id: experiment, name: things.inner('logged'), source_run_id: id },
    params: [{ key: things.inner('lparam'), value: things.inner('lvalue') }],
  });
  things.keep('logged', model.info.model_id);
  const place = artifacts.replace('mlflow-artifacts:/', '');
  things.keep('artifacts', place);
  const put = await world.cairn.http(
    `/api/2.0/mlflow-artifacts/artifacts/${place}/${things.inner('artifact')}.txt`,
    { method: 'PUT', body: things.inner('bytes'), headers: { 'content-type': 'text/plain' } },
  );
  if (put.status !== 200) throw new Error(await put.text());
}
