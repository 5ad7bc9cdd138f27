import { createHash } from 'node:crypto';
import { S3Error } from '../protocol/s3-error.js';
import { type BodySigner, isSame } from '../signature/request-signature.js';

/** Longest line of the framing: a size in hex, and an extension with a signature. */
const MAX_LINE = 512;
const MAX_TRAILER_BYTES = 4_096;
/** Clients cut bodies into chunks of 64 KiB to some MiB. */
const MAX_CHUNK_BYTES = 1024 ** 3;
const HEAD = /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i;
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const EMPTY = Buffer.alloc(0);

/** How a body is framed, by what was said for `x-amz-content-sha256`. */
export interface ChunkedFraming {
  /** Each chunk is signed, and the trailer. */
  readonly signer?: BodySigner;
  /** Checksums may follow after the last chunk. */
  readonly hasTrailer: boolean;
}

/**
 * The bytes within a body of `Content-Encoding: aws-chunked`. A chunk whose signature is wrong ends them with an error after its last
 * byte, so nothing may count before they have ended.
 * Source: Amazon S3, "Signature calculations for the Authorization header: transferring payload in multiple chunks".
 * @param trailer is given the headers that come last
 * @throws {S3Error} IncompleteBody, SignatureDoesNotMatch, InvalidRequest
 */
export async function* decodeAwsChunked(
  body: AsyncIterable<Buffer>,
  { signer, hasTrailer }: ChunkedFraming,
  trailer: Map<string, string>,
): AsyncGenerator<Buffer> {
  const input = new Input(body);
  let previous = signer?.seed ?? '';
  const check = (kind: 'PAYLOAD' | 'TRAILER', signature: string | undefined, lines: string[]): void => {
    if (signer === undefined) return;
    const expected = signer.sign(kind, [previous, ...lines].join('\n'));
    if (signature === undefined || !isSame(signature, expected)) throw new S3Error('SignatureDoesNotMatch');
    previous = expected;
  };
  for (;;) {
    const [, hexSize, signature] = HEAD.exec(await input.line()) ?? [];
    if (hexSize === undefined) throw new S3Error('InvalidRequest', 'The chunks of the body are malformed.');
    const sizeBytes = Number.parseInt(hexSize, 16);
    if (sizeBytes > MAX_CHUNK_BYTES) throw new S3Error('InvalidRequest', 'A chunk of the body is too large.');
    const hash = createHash('sha256');
    for await (const part of input.take(sizeBytes)) {
      if (signer !== undefined) hash.update(part);
      yield part;
    }
    check('PAYLOAD', signature, [EMPTY_SHA256, hash.digest('hex')]);
    if (sizeBytes === 0) break;
    if ((await input.line()) !== '') throw new S3Error('InvalidRequest', 'A chunk is longer than it says.');
  }
  await readTrailer(input, trailer, hasTrailer, (signature, text) =>
    check('TRAILER', signature, [createHash('sha256').update(text).digest('hex')]),
  );
}

async function readTrailer(
  input: Input,
  trailer: Map<string, string>,
  isExpected: boolean,
  check: (signature: string | undefined, text: string) => void,
): Promise<void> {
  let text = '';
  let signature: string | undefined;
  for (let line = await input.line(true); line !== ''; line = await input.line(true)) {
    const [, name, value] = /^([a-z0-9-]{1,100}):\s*(\S{0,200})\s*$/i.exec(line) ?? [];
    if (name === undefined || value === undefined || !isExpected || text.length > MAX_TRAILER_BYTES)
      throw new S3Error('InvalidRequest', 'The trailer of the body is malformed.');
    if (name.toLowerCase() === 'x-amz-trailer-signature') signature = value;
    else {
      trailer.set(name.toLowerCase(), value);
      text += `${name.toLowerCase()}:${value}\n`;
    }
  }
  if (isExpected) check(signature, text);
  if (!(await input.isOver())) throw new S3Error('IncompleteBody', 'The body goes on after its last chunk.');
}

/** Reads a stream by lines and by bytes, without gathering what passes. */
class Input {
  private readonly chunks: AsyncIterator<Buffer>;
  private held: Buffer = EMPTY;

  constructor(body: AsyncIterable<Buffer>) {
    this.chunks = body[Symbol.asyncIterator]();
  }

  /** Up to CR LF. @param mayEnd an end of the body is an empty line */
  async line(mayEnd = false): Promise<string> {
    for (;;) {
      const end = this.held.indexOf('\r\n');
      if (end > MAX_LINE || (end < 0 && this.held.length > MAX_LINE))
        throw new S3Error('InvalidRequest', 'The chunks of the body are malformed.');
      if (end >= 0) {
        const line = this.held.toString('latin1', 0, end);
        this.held = this.held.subarray(end + 2);
        return line;
      }
      if (!(await this.more())) {
        if (mayEnd && this.held.length === 0) return '';
        throw new S3Error('IncompleteBody');
      }
    }
  }

  async *take(sizeBytes: number): AsyncGenerator<Buffer> {
    let left = sizeBytes;
    while (left > 0) {
      if (this.held.length === 0 && !(await this.more())) throw new S3Error('IncompleteBody');
      const part = this.held.subarray(0, left);
      this.held = this.held.subarray(part.length);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }

  async isOver(): Promise<boolean> {
    return this.held.length === 0 && !(await this.more());
  }

  private async more(): Promise<boolean> {
    const { done, value } = await this.chunks.next();
    if (done === true) return false;
    this.held = this.held.length === 0 ? value : Buffer.concat([this.held, value]);
    return true;
  }
}
