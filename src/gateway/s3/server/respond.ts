import type { ServerResponse } from 'node:http';
import { S3Error } from '../protocol/s3-error.js';
import type { S3Request } from '../protocol/s3-request.js';
import type { S3Response } from '../protocol/s3-response.js';
import { sendBytes } from './send-bytes.js';
import { writeErrorXml, writeXml, XML_DECLARATION } from '../protocol/xml.js';

/** How often a client that waits is told that it is not forgotten. */
const BLANK_EVERY_MS = 5_000;
const XML = 'application/xml';

/** Sends an answer to its end. */
export async function respond(
  request: Pick<S3Request, 'id' | 'method'>,
  { status, headers = {}, xml, stream, slowly }: S3Response,
  answer: ServerResponse,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) answer.setHeader(name, value);
  if (slowly !== undefined) return respondSlowly(request, slowly, answer);
  answer.statusCode = status;
  if (stream !== undefined) {
    answer.flushHeaders();
    // A stream that fails in the middle (a damaged object) ends the connection, so that the client sees a short body.
    await sendBytes(stream, answer);
    return;
  }
  const body = xml === undefined ? '' : writeXml(xml.root, xml.content);
  if (xml !== undefined) answer.setHeader('content-type', XML);
  if (request.method !== 'HEAD' && status !== 204 && status !== 304)
    answer.setHeader('content-length', Buffer.byteLength(body));
  answer.end(request.method === 'HEAD' ? undefined : body);
}

/** Sends a refusal; to HEAD without a document. */
export function refuse(
  request: Pick<S3Request, 'id' | 'method' | 'rawPath'>,
  error: S3Error,
  answer: ServerResponse,
): void {
  const body = errorDocument(request, error);
  answer.statusCode = error.status;
  answer.setHeader('content-type', XML);
  if (error.status === 503) answer.setHeader('retry-after', '1');
  if (request.method === 'HEAD') answer.end();
  else answer.setHeader('content-length', Buffer.byteLength(body)).end(body);
}

function errorDocument({ id, rawPath }: Pick<S3Request, 'id' | 'rawPath'>, error: S3Error): string {
  return writeErrorXml({
    ...{ Code: error.code, Message: error.message, ...error.details },
    ...{ Resource: rawPath.slice(0, 2_000), RequestId: id },
  });
}

/**
 * An answer that takes its time: once it does, the status is sent as 200, then blanks, and at last the document, which may be that of an
 * error. Source: Amazon S3, "CompleteMultipartUpload".
 */
async function respondSlowly(
  request: Pick<S3Request, 'id' | 'method'>,
  slowly: NonNullable<S3Response['slowly']>,
  answer: ServerResponse,
): Promise<void> {
  let hasBegun = false;
  const timer = setInterval(() => {
    if (!hasBegun) answer.writeHead(200, { 'content-type': XML });
    answer.write(hasBegun ? ' ' : XML_DECLARATION);
    hasBegun = true;
  }, BLANK_EVERY_MS);
  try {
    const { root, content } = await slowly;
    clearInterval(timer);
    if (!hasBegun) return await respond(request, { status: 200, xml: { root, content } }, answer);
    answer.end(writeXml(root, content).slice(XML_DECLARATION.length));
  } catch (error) {
    if (!hasBegun) throw error;
    throw new LateError(error);
  } finally {
    clearInterval(timer);
  }
}

/** A failure after the status was sent as 200. */
export class LateError extends Error {
  constructor(override readonly cause: unknown) {
    super('failed after the head was sent');
  }
}

/** Ends an answer, whose head and declaration were sent, with the document of an error. */
export function refuseLate(
  request: Pick<S3Request, 'id' | 'rawPath'>,
  error: S3Error,
  answer: ServerResponse,
): void {
  answer.end(errorDocument(request, error).slice(XML_DECLARATION.length));
}
