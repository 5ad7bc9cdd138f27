import { Refusal, sha256Of } from './client.mjs';
import { done } from './output.mjs';

/** Where everything of the example stands; the policy in `policies/penguins.csv` speaks of it. */
export const NAMESPACE = 'research/penguins';

/** Does it, or finds that it was done before. @returns whether it is new */
export async function orAlreadyThere(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'ALREADY_EXISTS') return false;
    throw error;
  }
}

/** Makes a repository unless it is there. @returns the id of its asset */
export async function ensureRepository(client, name, kind, description) {
  const isNew = await orAlreadyThere(() =>
    client.ask('mutation($input: CreateRepositoryInput!) { createRepository(input: $input) { id } }', {
      input: { name, kind, namespace: NAMESPACE, description },
    }),
  );
  done(`repository ${name} (${kind}) in ${NAMESPACE}`, isNew);
  const { repository } = await client.ask(
    'query($name: String!) { repository(name: $name) { asset { id } } }',
    { name },
  );
  return repository.asset.id;
}

/** What a file on a branch is now; undefined when it is not there. */
async function digestAt(client, repository, revision, path) {
  try {
    const answer = await client.ask(
      'query($name: String!, $revision: String!, $path: String!) { repository(name: $name) { entry(revision: $revision, path: $path) { sha256 } } }',
      { name: repository, revision, path },
    );
    return answer.repository.entry.sha256;
  } catch (error) {
    if (error instanceof Refusal && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Commits files, those that the branch does not have as they are.
 * @param files `{path, bytes, contentType}`
 * @returns whether there was anything to commit
 */
export async function ensureCommit(client, repository, branch, message, files) {
  const changes = [];
  for (const { path, bytes, contentType } of files) {
    if ((await digestAt(client, repository, branch, path)) === sha256Of(bytes)) continue;
    changes.push({ path, sha256: await client.upload(repository, bytes), contentType });
  }
  if (changes.length === 0) {
    done(`${repository}@${branch}: ${message}`, false);
    return false;
  }
  const { commit } = await client.ask('mutation($input: CommitInput!) { commit(input: $input) { id } }', {
    input: { repository, branch, message, changes },
  });
  const count = changes.length === 1 ? changes[0].path : `${changes.length} files`;
  done(`${repository}@${branch}: ${message} (${count}, commit ${commit.id.slice(0, 8)})`);
  return true;
}

/** The commit that a revision means. */
export async function commitAt(client, repository, revision) {
  const answer = await client.ask(
    'query($name: String!, $revision: String!) { repository(name: $name) { commit(revision: $revision) { id committedAt } } }',
    { name: repository, revision },
  );
  return answer.repository.commit;
}
