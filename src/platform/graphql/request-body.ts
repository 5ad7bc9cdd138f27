import { GraphQLError } from 'graphql';
import type { FastifyRequest } from 'fastify';

const JSON_TYPE = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** What is told of bodies that clients of other services send. */
const ADVICE: readonly (readonly [RegExp, string])[] = [
  [
    /^\s*multipart\//i,
    'Files are no part of an operation here: give their content to a repository (by `cairn put`, the S3 gateway, or the addresses that `prepareUploads` gives).',
  ],
  [/^\s*application\/graphql\b/i, 'Send `{"query": …}` instead of the bare document.'],
];

/**
 * Refuses what is not JSON by name, where the executor would miss a query in it.
 * Source: GraphQL over HTTP, 5.3: media types of requests.
 * @throws {GraphQLError} answered with 415
 */
export function assertJsonBody({ method, headers }: Pick<FastifyRequest, 'method' | 'headers'>): void {
  const type = headers['content-type'];
  if (method !== 'POST' || (type !== undefined && JSON_TYPE.test(type))) return;
  const found = type === undefined ? 'no content type' : `"${type.split(';')[0]!.slice(0, 100)}"`;
  const advice = ADVICE.find(([pattern]) => pattern.test(type ?? ''))?.[1];
  const message = `An operation is sent as application/json, not with ${found}.`;
  throw new GraphQLError(advice === undefined ? message : `${message} ${advice}`, {
    extensions: { code: 'UNSUPPORTED_MEDIA', http: { status: 415 } },
  });
}
