import { createHash } from 'node:crypto';

/** Cairn's answer is no. `code` as in the API, e.g. `ALREADY_EXISTS`; `details` what else it says, e.g. the rules that denied. */
export class Refusal extends Error {
  constructor(message, code, details) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
  }
}

/**
 * Speaks to a Cairn as the holder of a token, over its public API.
 * @param url without a slash at its end
 */
export function clientOf(url, token) {
  const http = async (route, init = {}) => {
    const response = await fetch(`${url}${route}`, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...init.headers },
    });
    if (response.ok) return response;
    const text = await response.text();
    const problem = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
    if (problem.errors) throw refusalOf(problem.errors);
    throw new Refusal(problem.detail ?? problem.error ?? text, problem.code ?? response.status, problem);
  };
  const post = async (route, value) => {
    const response = await http(route, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
    return response.json();
  };
  return {
    token,
    /** GraphQL. @returns its `data` @throws {Refusal} of the first error */
    async ask(query, variables = {}) {
      const { data, errors } = await post('/graphql', { query, variables });
      if (errors) throw refusalOf(errors);
      return data;
    },
    /** A JSON body to a REST route. @returns the JSON of the answer */
    post,
    /** JSON of a REST route. */
    get: async (route) => (await http(route)).json(),
    /** Text of a file. @param revision branch, tag or commit */
    read: async (repository, revision, path) =>
      (
        await http(`/api/v1/repositories/${repository}/content/${encodeURIComponent(revision)}/${path}`)
      ).text(),
    /** Uploads bytes to a repository, to be committed after. @returns their SHA-256 */
    async upload(repository, bytes) {
      const sha256 = sha256Of(bytes);
      await http(`/api/v1/repositories/${repository}/objects`, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', 'x-cairn-sha256': sha256 },
        body: bytes,
      });
      return sha256;
    },
  };
}

function refusalOf([{ message, extensions }]) {
  return new Refusal(message, extensions?.code, extensions);
}

/** SHA-256 in hex: the name of an object. */
export function sha256Of(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
