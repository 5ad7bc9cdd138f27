import { createHash } from 'node:crypto';
import type { TestCairn } from './cairn.js';
import { eventually } from './eventually.js';

/** What a test asks of a service about trainings. */
export interface Trainings {
  /** Makes a repository with files on its main branch. */
  repository(
    name: string,
    kind: 'dataset' | 'model',
    files?: Readonly<Record<string, string>>,
  ): Promise<void>;
  /** Submits a shell script on the repository `penguins`, into a new model repository unless told otherwise. @returns the run */
  submit(script: string, rest?: object): Promise<any>;
  find(id: string): Promise<any>;
  inState(id: string, ...states: string[]): Promise<any>;
  /** Waits for the end. */
  ended(id: string): Promise<any>;
  log(id: string): Promise<string>;
  /** Commits on the main branch of a repository, without the first, which is empty. */
  commits(name: string): Promise<any[]>;
}

type Service = Pick<TestCairn, 'ask' | 'http'>;
const RUN = `id name state reason exitCode image resources metrics contentHash startedAt finishedAt output { repository branch commitId }`;

export function trainingsOf(service: Service): Trainings {
  let models = 0;
  const { ask, http } = service;
  const find = async (id: string) =>
    (await ask(`query($id: ID!) { trainingRun(id: $id) { ${RUN} } }`, { id })).trainingRun;
  const inState = (id: string, ...states: string[]) =>
    eventually(
      () => find(id),
      ({ state }) => states.includes(state),
    );
  const repository: Trainings['repository'] = async (name, kind, files = {}) => {
    const i = { name, kind, namespace: 'research/penguins' };
    await ask('mutation($i: CreateRepositoryInput!) { createRepository(input: $i) { id } }', { i });
    const changes = [];
    for (const [path, text] of Object.entries(files)) {
      const headers = { 'content-type': 'application/octet-stream' };
      await http(`/api/v1/repositories/${name}/objects`, { method: 'PUT', body: text, headers });
      changes.push({ path, sha256: createHash('sha256').update(text).digest('hex') });
    }
    if (changes.length === 0) return;
    const commit = { repository: name, branch: 'main', message: 'content', changes };
    await ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', { i: commit });
  };
  return {
    ...{ repository, find, inState },
    submit: async (script, rest = {}) => {
      const output = { repository: `model-${++models}`, branch: 'main' };
      if (!('output' in rest)) await repository(output.repository, 'model');
      const i = {
        ...{ name: 'a run', command: ['sh', '-c', script], output },
        inputs: [{ repository: 'penguins', revision: 'main', mount: 'penguins' }],
        ...rest,
      };
      const mutation = `mutation($i: SubmitTrainingRunInput!) { submitTrainingRun(input: $i) { ${RUN} } }`;
      return (await ask(mutation, { i })).submitTrainingRun;
    },
    ended: (id) => inState(id, 'succeeded', 'failed', 'cancelled', 'lost'),
    log: async (id) =>
      (await ask('query($id: ID!) { trainingRun(id: $id) { log } }', { id })).trainingRun.log,
    commits: async (name) => {
      const query =
        'query($n: String!) { repository(name: $n) { log(revision: "main", first: 100) { nodes { id metadata } } } }';
      return (await ask(query, { n: name })).repository.log.nodes.slice(0, -1);
    },
  };
}
