import { createHash } from 'node:crypto';

/** What tests ask of a service over its public API, as the holder of a token. */
export function clientOf({ url, token }) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

  const ask = async (query, variables = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors, undefined, 1));
    return data;
  };

  const put = async (repository, text) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    const upload = await fetch(`${url}/api/v1/repositories/${repository}/objects`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': 'application/octet-stream', 'x-cairn-sha256': sha256 },
      body: text,
    });
    if (upload.status !== 201) throw new Error(await upload.text());
    return sha256;
  };

  /** @param files CSV by path @returns the id of the commit */
  const commit = async (repository, message, files) => {
    const changes = [];
    for (const [path, text] of Object.entries(files))
      changes.push({ path, sha256: await put(repository, text), contentType: 'text/csv' });
    const { commit: made } = await ask('mutation($i: CommitInput!) { commit(input: $i) { id } }', {
      i: { repository, branch: 'main', message, changes },
    });
    return made.id;
  };

  const send = async (events) => {
    const posted = await fetch(`${url}/api/v1/lineage/batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify(events),
    });
    if (posted.status !== 200) throw new Error(`${posted.status} ${await posted.text()}`);
  };

  /** Makes a principal where there is none, and a token for it. */
  const tokenFor = async (subject) => {
    const [kind, name] = subject.split(':');
    await ask('mutation($i: CreatePrincipalInput!) { createPrincipal(input: $i) { id } }', {
      i: { kind, name },
    });
    const { issueToken } = await ask('mutation($i: IssueTokenInput!) { issueToken(input: $i) { secret } }', {
      i: { subject, label: 'explorer test' },
    });
    return issueToken.secret;
  };

  return { ask, commit, send, tokenFor };
}
