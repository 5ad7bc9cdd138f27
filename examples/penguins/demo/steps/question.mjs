import { detail, done, until } from '../output.mjs';

const QUESTION = `query($id: ID!) {
  asset(id: $id) {
    identityName
    servedBy { endpoint { name } model { identityName } modelCommitId trainingRun { id state } dataCommitId }
  }
}`;

/** One GraphQL query over what all the rooms know. */
export const question = {
  title: 'One question: which endpoints serve a model trained on penguins, at which commits?',
  async play({ pia, penguinsId, run }) {
    detail(QUESTION);
    const asset = await until('the answer', async () => {
      const answer = await pia.ask(QUESTION, { id: penguinsId });
      return answer.asset.servedBy.some(({ modelCommitId }) => modelCommitId === run.output.commitId)
        ? answer.asset
        : undefined;
    });
    for (const { endpoint, model, modelCommitId, trainingRun, dataCommitId } of asset.servedBy) {
      done(`endpoint ${endpoint.name} serves ${model.identityName}@${modelCommitId.slice(0, 8)},`);
      detail(
        `made by training run ${trainingRun.id} (${trainingRun.state}) from ${asset.identityName}@${dataCommitId.slice(0, 8)}`,
      );
    }
  },
};
