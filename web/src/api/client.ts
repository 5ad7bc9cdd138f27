import { ApiError, errorFromBody } from './errors.js';

/** A GraphQL operation with the types of its answer and variables. */
export interface Operation<Answer, Variables> {
  readonly text: string;
  /** Only for the compiler. */
  readonly types?: { readonly answer: Answer; readonly variables: Variables };
}

/** Declares an operation; the caller vouches for the types. */
export function operation<Answer, Variables = Record<string, never>>(
  text: string,
): Operation<Answer, Variables> {
  return { text };
}

/** Sends operations as the holder of a token. */
export type Send = <Answer, Variables>(
  operation: Operation<Answer, Variables>,
  variables: Variables,
  signal?: AbortSignal,
) => Promise<Answer>;

/**
 * Makes a client of the service that serves this page.
 * @param token a bearer token
 * @throws {ApiError} from what it returns, for every failure but an abort
 */
export function createSend(token: string): Send {
  return async (operation, variables, signal) => {
    const response = await reach(token, JSON.stringify({ query: operation.text, variables }), signal);
    const body = (await response.json().catch(() => undefined)) as
      { data?: unknown; errors?: unknown } | undefined;
    if (!response.ok || body === undefined || body.errors !== undefined || !body.data)
      throw errorFromBody(response.status, body);
    return body.data as never;
  };
}

async function reach(token: string, body: string, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      signal,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('The service cannot be reached.', 'UNREACHABLE');
  }
}
