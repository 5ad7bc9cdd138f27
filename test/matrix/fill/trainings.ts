import { eventually } from '../../support/eventually.js';
import type { Things } from '../things.js';
import type { World } from '../worlds.js';

/** A training that has ended, with its log. */
export async function fillTrainings({ cairn }: World, things: Things): Promise<void> {
  await cairn.ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', {
    i: { name: things.word('trained'), kind: 'model', namespace: things.namespace },
  });
  const { submitTrainingRun } = await cairn.ask(
    'mutation($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { id job { id } } }',
    {
      i: {
        name: things.word('training'),
        command: ['sh', '-c', `echo ${things.inner('log')}; echo weights > "$CAIRN_OUTPUTS/weights.bin"`],
        parameters: { [things.word('parameter')]: things.word('given') },
        inputs: [{ mount: things.word('mount'), repository: things.word('dataset'), revision: 'main' }],
        output: { repository: things.word('trained'), branch: 'main' },
      },
    },
  );
  things.keep('trainingRun', submitTrainingRun.id);
  await eventually(
    async () =>
      (
        await cairn.ask('query($id: ID!) { trainingRun(id: $id) { state reason } }', {
          id: submitTrainingRun.id,
        })
      ).trainingRun,
    ({ state, reason }) => {
      if (['failed', 'cancelled', 'lost'].includes(state))
        throw new Error(`the training ended ${state}: ${reason}`);
      return state === 'succeeded';
    },
  );
}
