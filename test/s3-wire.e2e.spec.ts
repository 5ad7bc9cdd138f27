import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newChecksum } from '../src/gateway/s3/body/checksum.js';
import { NodeSha256 } from '../src/gateway/s3/signature/request-signature.js';
import { Database } from '../src/platform/index.js';
import { GatewayUnderTest, refusal, sha256 } from './support/gateway.js';

let gateway: GatewayUnderTest;

beforeAll(async () => {
  gateway = await GatewayUnderTest.start();
}, 60_000);
afterAll(() => gateway.stop());

describe('requests as they are on the wire', () => {
  interface Raw {
    readonly method?: string;
    /** Encoded. */
    readonly path: string;
    readonly headers?: Record<string, string>;
    readonly body?: Uint8Array | string;
    readonly at?: Date;
    readonly secret?: string;
    /** Ends the connection before the body is over. */
    readonly isCut?: boolean;
    /** What the signature says, changed. */
    readonly forge?: (headers: Record<string, string>) => void;
  }

  /** Signs by the library of the SDK, and sends what it is told to. */
  async function send({ method = 'GET', path, headers = {}, body = '', at, secret, isCut, forge }: Raw) {
    const url = new URL(gateway.cairn.s3Url!);
    const [pathname, query = ''] = path.split('?') as [string, string?];
    const signer = signerOf(secret);
    const hash = headers['x-amz-content-sha256'] ?? createHash('sha256').update(body).digest('hex');
    const signed = await signer.sign(
      {
        ...{ method, protocol: 'http:', hostname: url.hostname, path: pathname },
        query: Object.fromEntries(new URLSearchParams(query)),
        headers: { host: url.host, ...headers, 'x-amz-content-sha256': hash },
      },
      { signingDate: at ?? new Date() },
    );
    forge?.(signed.headers);
    return wire(method, path, signed.headers, body, isCut);
  }

  const signerOf = (secretAccessKey = gateway.keys.secretAccessKey) =>
    new SignatureV4({
      credentials: { ...gateway.keys, secretAccessKey },
      ...{ region: 'us-east-1', service: 's3', sha256: NodeSha256, uriEscapePath: false },
    });

  function wire(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Uint8Array | string,
    isCut = false,
  ) {
    return new Promise<{ status: number; code: string; body: string; requestId: string }>(
      (resolve, reject) => {
        const { hostname, port } = new URL(gateway.cairn.s3Url!);
        const length = { 'content-length': String(Buffer.byteLength(body)) };
        const out = httpRequest(
          { hostname, port, method, path, headers: { ...length, ...headers } },
          (answer) => {
            let text = '';
            answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
            answer.on('end', () =>
              resolve({
                ...{ status: answer.statusCode!, body: text, code: /<Code>(\w+)</.exec(text)?.[1] ?? '' },
                requestId: String(answer.headers['x-amz-request-id']),
              }),
            );
          },
        );
        out.on('error', reject);
        if (isCut) out.write(body, () => out.destroy(new Error('cut')));
        else out.end(body);
      },
    );
  }
  const told = async (raw: Raw) => {
    const { status, code } = await send(raw);
    return `${status} ${code}`.trim();
  };
  const path = '/birds/main/wire';
  const put_ = { method: 'PUT', path };

  test('a signature counts for what was signed, by whom, and for a quarter of an hour', async () => {
    expect(await told({ ...put_, body: 'x' })).toBe('200');
    expect(await told({ path, secret: 'not the secret' })).toBe('403 SignatureDoesNotMatch');
    expect(await told({ path, forge: (headers) => void (headers['x-amz-date'] = '20200101T000000Z') })).toBe(
      '403 RequestTimeTooSkewed',
    );
    for (const minutes of [-20, 20])
      expect(await told({ path, at: new Date(Date.now() + minutes * 60_000) })).toBe(
        '403 RequestTimeTooSkewed',
      );
    for (const minutes of [-14, 14])
      expect(await told({ path, at: new Date(Date.now() + minutes * 60_000) })).toBe('200');
    expect(await told({ path, forge: (headers) => void (headers['x-amz-copy-source'] = '/a/b') })).toBe(
      '403 AccessDenied',
    );
    const other = (from: string, to: string) => (headers: Record<string, string>) =>
      void (headers['authorization'] = headers['authorization']!.replace(from, to));
    expect(await told({ path, forge: other(gateway.keys.accessKeyId, 'CAIRNAAAAAAAAAAAAAAA') })).toBe(
      '403 InvalidAccessKeyId',
    );
    expect(await told({ path, forge: other('/s3/', '/sts/') })).toBe('400 AuthorizationHeaderMalformed');
    for (const region of ['eu-west-1', '127.0.0.1'])
      expect(await told({ path, forge: other('/us-east-1/', `/${region}/`) })).toBe(
        '403 SignatureDoesNotMatch',
      );
    expect(await told({ path, forge: (headers) => void delete headers['authorization'] })).toBe(
      '403 AccessDenied',
    );
    expect(await told({ path, forge: (headers) => void (headers['authorization'] = 'AWS a:b') })).toBe(
      '400 InvalidRequest',
    );
    expect(await told({ path, headers: { 'x-amz-security-token': 'x' } })).toBe('400 InvalidToken');
    expect(await told({ path, headers: { 'x-amz-security-token': '' } })).toBe('200');
  });

  test('a presigned address is over when it is, and is for one method and key', async () => {
    const command = new GetObjectCommand({ Bucket: 'birds', Key: 'main/wire' });
    const sign = (expiresIn: number, signingDate = new Date()) =>
      getSignedUrl(gateway.s3, command, { expiresIn, signingDate });
    await gateway.put('main/wire', 'x');
    const fetched = async (url: string, init?: RequestInit) => {
      const answer = await fetch(url, init);
      return `${answer.status} ${/<(?:Code|Message)>(.*?)</.exec(await answer.text())?.[1] ?? ''}`.trim();
    };
    const url = await sign(60);
    expect(await fetched(url)).toBe('200');
    expect(await fetched(await sign(60, new Date(Date.now() - 61_000)))).toBe('403 AccessDenied');
    expect(await fetched(await sign(604_800, new Date(Date.now() - 604_700_000)))).toBe('200');
    expect(await fetched(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'))).toBe(
      '403 SignatureDoesNotMatch',
    );
    expect(await fetched(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=9999999'))).toBe(
      '400 AuthorizationQueryParametersError',
    );
    expect(await fetched(url.replace('/main/wire', '/main/other'))).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(url, { method: 'DELETE' })).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(`${url}&response-content-type=text%2Fhtml`)).toBe('403 SignatureDoesNotMatch');
    expect(await fetched(await sign(60, new Date(Date.now() + 20 * 60_000)))).toBe('403 AccessDenied');
    expect(await fetched(`${gateway.cairn.s3Url}/birds/main/wire?AWSAccessKeyId=x&Signature=y`)).toBe(
      '400 InvalidRequest',
    );
    const late = await getSignedUrl(gateway.s3, new PutObjectCommand({ Bucket: 'birds', Key: 'main/late' }), {
      ...{ expiresIn: 60, signingDate: new Date(Date.now() - 61_000) },
    });
    expect(await fetched(late, { method: 'PUT', body: 'late' })).toBe('403 AccessDenied');
    expect(await refusal(gateway.get('main/late'))).toBe('404 NoSuchKey');
  });

  test('what is signed otherwise, or not, is told what is taken', async () => {
    const ask = async (options: RequestInit): Promise<string> => {
      const answer = await fetch(`${gateway.cairn.s3Url}/birds`, options);
      return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())![1]!}`;
    };
    for (const authorization of ['Bearer x', 'AWS4-ECDSA-P256-SHA256 Credential=A/20260101/s3/aws4_request'])
      expect(await ask({ headers: { authorization } })).toBe('400 InvalidRequest');
    expect(await ask({ headers: { authorization: 'AWS4-HMAC-SHA256 x' } })).toBe(
      '400 AuthorizationHeaderMalformed',
    );
    expect(await ask({ method: 'POST', body: new FormData() })).toBe('501 NotImplemented');
    expect(await ask({ method: 'OPTIONS', headers: { origin: 'http://other.test' } })).toBe(
      '403 AccessForbidden',
    );
  });

  test('a revoked key ends at once, as does a disabled principal', async () => {
    const token = await gateway.cairn.tokenFor('user:pia.engineer');
    const own = await gateway.accessKey(token);
    const list = () => gateway.client(own).send(new ListBucketsCommand({}));
    await list();
    await gateway.cairn.ask(
      'mutation($id: ID!) { revokeAccessKey(id: $id) { revokedAt } }',
      { id: own.accessKeyId },
      token,
    );
    expect(await refusal(list())).toBe('403 InvalidAccessKeyId');
    const analyst = await gateway.cairn.tokenFor('user:ana.analyst');
    const foreign = await gateway.cairn.graphql(
      'mutation($id: ID!) { revokeAccessKey(id: $id) { id } }',
      { id: gateway.keys.accessKeyId },
      analyst,
    );
    expect(foreign.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
    const { accessKeys } = await gateway.cairn.ask('{ accessKeys { id lastUsedAt revokedAt } }', {}, token);
    expect(accessKeys).toMatchObject([
      { id: own.accessKeyId, lastUsedAt: expect.any(String), revokedAt: expect.any(String) },
    ]);
    const rows = await gateway.cairn.app
      .get(Database)
      .query<{ sealed: string }>("SELECT encode(sealed_secret, 'escape') AS sealed FROM access_key");
    for (const { sealed } of rows) expect(sealed).not.toContain(gateway.keys.secretAccessKey);
  });

  test('bytes are stored only when they are what was announced', async () => {
    const hash = sha256('announced');
    const upload = { ...put_, path: '/birds/main/announced' };
    expect(await told({ ...upload, body: 'another', headers: { 'x-amz-content-sha256': hash } })).toBe(
      '400 XAmzContentSHA256Mismatch',
    );
    const md5 = createHash('md5').update('announced').digest('base64');
    expect(await told({ ...upload, body: 'another', headers: { 'content-md5': md5 } })).toBe('400 BadDigest');
    expect(await told({ ...upload, body: 'x', headers: { 'content-md5': 'bad' } })).toBe('400 InvalidDigest');
    for (const [name, value] of [
      ['crc32', 'AAAAAA=='],
      ['crc32c', 'AAAAAA=='],
      ['crc64nvme', 'AAAAAAAAAAA='],
      ['sha1', createHash('sha1').update('').digest('base64')],
      ['sha256', createHash('sha256').update('').digest('base64')],
      ['sha512', createHash('sha512').update('').digest('base64')],
      ['md5', createHash('md5').update('').digest('base64')],
    ] as const) {
      const headers = { [`x-amz-checksum-${name}`]: value, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
      expect(await told({ ...upload, body: 'another', headers })).toBe('400 BadDigest');
      expect(await told({ ...upload, body: 'x', headers: { [`x-amz-checksum-${name}`]: 'AA==' } })).toBe(
        '400 InvalidRequest',
      );
    }
    expect(await told({ ...upload, body: 'x', headers: { 'x-amz-checksum-xxhash64': 'AA==' } })).toBe(
      '501 NotImplemented',
    );
    await expect(
      send({ ...upload, body: 'x', headers: { 'content-length': '10' }, isCut: true }),
    ).rejects.toThrow();
    expect(await told({ ...upload, headers: { 'content-length': '99999999999999' } })).toBe(
      '400 EntityTooLarge',
    );
    expect(await refusal(gateway.get('main/announced'))).toBe('404 NoSuchKey');
    const right = {
      'x-amz-checksum-crc64nvme': await checksum('crc64nvme', 'announced'),
      'content-md5': md5,
    };
    expect(await told({ ...upload, body: 'announced', headers: right })).toBe('200');
    expect(await gateway.get('main/announced')).toBe('announced');
  });

  /** A body of signed chunks; the signatures can be bent. */
  async function chunked(chunks: readonly string[], trailer?: string, bend = (text: string) => text) {
    const at = new Date();
    const decoded = chunks.join('').length;
    const kind =
      trailer === undefined
        ? 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
        : 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const stamp = at.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const scope = `${stamp.slice(0, 8)}/us-east-1/s3/aws4_request`;
    const signer = signerOf();
    const { host, hostname } = new URL(gateway.cairn.s3Url!);
    const signed = await signer.sign(
      {
        ...{ method: 'PUT', protocol: 'http:', hostname, path: '/birds/main/chunked' },
        headers: {
          ...{ host, 'x-amz-content-sha256': kind, 'x-amz-decoded-content-length': String(decoded) },
          ...{
            'content-encoding': 'aws-chunked',
            ...(trailer && { 'x-amz-trailer': 'x-amz-checksum-crc32' }),
          },
        },
      },
      { signingDate: at },
    );
    let previous = /Signature=(\w+)/.exec(signed.headers['authorization']!)![1]!;
    const sign = (what: string, ...lines: string[]) =>
      signer.sign([`AWS4-HMAC-SHA256-${what}`, stamp, scope, previous, ...lines].join('\n'), {
        signingDate: at,
      });
    let body = '';
    for (const chunk of [...chunks, '']) {
      previous = await sign('PAYLOAD', sha256(''), sha256(chunk));
      body += `${chunk.length.toString(16)};chunk-signature=${previous}\r\n${chunk}${chunk === '' && trailer ? '' : '\r\n'}`;
    }
    if (trailer !== undefined) {
      const line = `x-amz-checksum-crc32:${trailer}`;
      body += `${line}\r\nx-amz-trailer-signature:${await sign('TRAILER', sha256(`${line}\n`))}\r\n\r\n`;
    }
    const { status, code } = await wire('PUT', '/birds/main/chunked', signed.headers, bend(body));
    return `${status} ${code}`.trim();
  }

  test('chunks are each signed, and the trailer', async () => {
    const text = 'x'.repeat(70_000);
    expect(await chunked([text, 'tail'])).toBe('200');
    expect(await gateway.get('main/chunked')).toBe(`${text}tail`);
    const crc32 = await checksum('crc32', 'abcdef');
    expect(await chunked(['abc', 'def'], crc32)).toBe('200');
    expect(await gateway.get('main/chunked')).toBe('abcdef');
    expect(await chunked(['abc', 'def'], await checksum('crc32', 'other'))).toBe('400 BadDigest');
    expect(await chunked(['abc', 'def'], undefined, (body) => body.replace('abc', 'abd'))).toBe(
      '403 SignatureDoesNotMatch',
    );
    const forged = (body: string) => body.replace(/signature=\w+/, `signature=${'0'.repeat(64)}`);
    expect(await chunked(['abc', 'def'], undefined, forged)).toBe('403 SignatureDoesNotMatch');
    const unsigned = (body: string) => body.replaceAll(/;chunk-signature=\w+/g, '');
    expect(await chunked(['abc', 'def'], undefined, unsigned)).toBe('403 SignatureDoesNotMatch');
    expect(
      await chunked(['abc', 'def'], crc32, (body) =>
        body.replace(/trailer-signature:\w{8}/, 'trailer-signature:00000000'),
      ),
    ).toBe('403 SignatureDoesNotMatch');
    expect(await chunked(['abc', 'def'], undefined, (body) => body.slice(0, -90))).toBe('400 IncompleteBody');
    expect(await chunked(['abc', 'def'], undefined, (body) => `${body}more`)).toBe('400 IncompleteBody');
    expect(await chunked(['abc'], undefined, (body) => body.replace(/^3;/, '4;'))).toMatch(/^40[03] /);
    expect(await chunked(['abc'], undefined, () => 'z'.repeat(5_000))).toBe('400 InvalidRequest');
    expect(await gateway.get('main/chunked')).toBe('abcdef');
  });

  test('keys that are no paths, heads and documents that are hostile', async () => {
    for (const [key, expected] of [
      ['main/../x', '400 InvalidArgument'],
      ['main/./x', '400 InvalidArgument'],
      ['main//x', '400 InvalidArgument'],
      ['main/a%00b', '400 InvalidArgument'],
      ['main/%ED%A0%80', '400 InvalidURI'],
      ['main/%', '400 InvalidURI'],
      [`main/${'k'.repeat(4096)}`, '400 KeyTooLongError'],
      [`main/${'é'.repeat(600)}`.replaceAll('é', '%C3%A9'), '400 KeyTooLongError'],
      ['main/folder/', '400 InvalidArgument'],
    ] as const)
      expect([key, await told({ method: 'PUT', path: `/birds/${key}`, body: 'x' })]).toEqual([key, expected]);
    expect(await told({ path, headers: { 'x-amz-meta-big': 'v'.repeat(40_000) } })).toMatch(/^400/);
    const metadata = Object.fromEntries([1, 2, 3, 4].map((i) => [`x-amz-meta-${i}`, 'v'.repeat(3_000)]));
    expect(await told({ ...put_, body: 'x', headers: metadata })).toBe('400 MetadataTooLarge');
    for (const [name, value] of [
      ['x-amz-server-side-encryption', 'AES256'],
      ['x-amz-if-match-size', '1'],
      ['x-amz-expected-bucket-owner', '111122223333'],
    ] as const)
      expect(await told({ ...put_, body: 'x', headers: { [name]: value } })).toBe('501 NotImplemented');
    for (const [acl, expected] of [
      ['public-read', '400 AccessControlListNotSupported'],
      ['private', '200'],
      ['bucket-owner-full-control', '200'],
    ] as const)
      expect(await told({ ...put_, body: 'x', headers: { 'x-amz-acl': acl } })).toBe(expected);
    expect(await told({ ...put_, path: `${path}?acl` })).toBe('501 NotImplemented');
    expect(await told({ method: 'POST', path })).toBe('501 NotImplemented');
    expect(await told({ ...put_, headers: { 'x-amz-copy-source': 'nothing' } })).toBe('400 InvalidArgument');
    const bomb = `<!DOCTYPE d [<!ENTITY a "${'a'.repeat(100)}"><!ENTITY b "${'&a;'.repeat(100)}">]><Delete><Object><Key>&b;</Key></Object></Delete>`;
    for (const body of [
      bomb,
      '<Delete>',
      '',
      'no xml',
      '<Other/>',
      '<Delete/>',
      '<Delete><Object/></Delete>',
      '\xff\xfe',
      '<a>'.repeat(9_999),
    ])
      expect(await told({ method: 'POST', path: '/birds?delete', body: Buffer.from(body, 'latin1') })).toBe(
        '400 MalformedXML',
      );
    const many = `<Delete>${'<Object><Key>main/k</Key></Object>'.repeat(1001)}</Delete>`;
    expect(await told({ method: 'POST', path: '/birds?delete', body: many })).toBe('400 MalformedXML');
    const answer = await send({ path: '/birds/nowhere/x' });
    expect(answer.body).toContain(`<RequestId>${answer.requestId}</RequestId>`);
  });
});

/** A checksum in base64. */
async function checksum(algorithm: 'crc32' | 'crc64nvme', text: string): Promise<string> {
  const sum = newChecksum(algorithm);
  sum.update(Buffer.from(text));
  return sum.digest();
}
