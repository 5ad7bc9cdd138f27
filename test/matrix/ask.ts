import { createHash } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { NodeSha256 } from '../../src/gateway/s3/signature/request-signature.js';
import type { Credentials } from './principals.js';
import type { Question } from './rows/row.js';
import type { World } from './worlds.js';

/** An answer as it came. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Asks one world as the holder of credentials. */
export async function ask(world: World, question: Question, caller: Credentials): Promise<Answer> {
  const { method, body } = question;
  const { url, headers } =
    question.to === 's3' ? await signed(world, question, caller) : ofService(world, question, caller);
  const response = await fetch(url, {
    method,
    headers,
    redirect: 'manual',
    ...(body !== undefined && { body }),
  });
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()).toString('utf8'),
  };
}

interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
}

function ofService({ cairn }: World, { route, headers }: Question, { token }: Credentials): Sent {
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  return { url: `${cairn.url}${route}`, headers: { ...headers, ...authorization } };
}

async function signed({ cairn }: World, question: Question, { token, key }: Credentials): Promise<Sent> {
  const url = new URL(`${cairn.s3Url!}${question.route}`);
  if (token === '') return { url: String(url), headers: { ...question.headers } };
  const signer = new SignatureV4({
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret },
    ...{ region: 'us-east-1', service: 's3', sha256: NodeSha256, uriEscapePath: false },
  });
  const digest = question.isPresigned
    ? 'UNSIGNED-PAYLOAD'
    : createHash('sha256')
        .update(question.body ?? '')
        .digest('hex');
  const request = {
    ...{ method: question.method, protocol: 'http:', hostname: url.hostname, port: Number(url.port) },
    ...{ path: url.pathname, query: Object.fromEntries(url.searchParams) },
    headers: { host: url.host, ...question.headers, 'x-amz-content-sha256': digest },
  };
  const { headers, query } = question.isPresigned
    ? await signer.presign(request, { expiresIn: 60 })
    : await signer.sign(request);
  const search = Object.entries(query ?? {})
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
  const { host: _, ...sent } = headers;
  return {
    url: `${url.origin}${url.pathname}${search === '' ? '' : `?${search}`}`,
    headers: question.isPresigned ? {} : sent,
  };
}
