import { pipeline } from 'node:stream/promises';
import { Controller, Get, Headers, Param, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access, Caller, type Principal } from '../../identity/index.js';
import { InvalidInputError } from '../../platform/index.js';
import type { StoredObject } from '../../storage/index.js';
import { RepositoryService } from '../repositories/repository.service.js';
import { ContentService } from './content.service.js';

const RANGE = /^bytes=(\d{1,15})-(\d{0,15})$/;
const JSON_TYPE = /^application\/(json|.*\+json)\b/;

/** Bytes in and out. */
@Controller('api/v1/repositories/:repository')
export class ContentController {
  constructor(
    private readonly repositories: RepositoryService,
    private readonly content: ContentService,
  ) {}

  /** Takes the bytes of one object; a commit then gives them a path. */
  @Access('governed')
  @Put('objects')
  async upload(
    @Caller() caller: Principal,
    @Param('repository') repository: string,
    @Headers('x-cairn-sha256') expectedSha256: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StoredObject> {
    if (JSON_TYPE.test(request.headers['content-type'] ?? '')) {
      throw new InvalidInputError('Content-Type', 'must be application/octet-stream, whatever the bytes are');
    }
    const body = (request.body ?? new Uint8Array()) as AsyncIterable<Uint8Array>;
    const object = await this.repositories.upload(caller, repository, body, expectedSha256);
    void reply.status(201);
    return object;
  }

  /**
   * The bytes at a path of a revision, whole or a range. With `?direct=true` the answer is where the object store itself has them
   * (307), if clients may fetch there; the client then verifies what comes, by the SHA-256 of the entry.
   */
  @Access('governed')
  @Get('content/:revision/*')
  async download(
    @Caller() caller: Principal,
    @Param('repository') repository: string,
    @Param('revision') revision: string,
    @Param('*') path: string,
    @Headers('range') range: string | undefined,
    @Query('direct') direct: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (direct === 'true') {
      const signed = await this.content.signDownload(caller, repository, revision, path);
      if (signed !== undefined) {
        const headers = { 'cache-control': 'no-store', 'x-cairn-commit': signed.commitId };
        void reply.headers(headers).redirect(signed.request.url, 307);
        return;
      }
    }
    const found = await this.content.open(caller, repository, revision, path, parseRange(range));
    const { entry, commitId, part, stream } = found;
    void reply
      .status(part ? 206 : 200)
      .headers({
        'content-type': entry.contentType ?? 'application/octet-stream',
        'content-length': part ? part.end - part.start : entry.sizeBytes,
        'accept-ranges': 'bytes',
        etag: `"${entry.sha256}"`,
        'x-cairn-commit': commitId,
        // Content comes from users: a browser must neither guess its type nor run it on this origin.
        'x-content-type-options': 'nosniff',
        'content-security-policy': 'sandbox',
        ...(part && { 'content-range': `bytes ${part.start}-${part.end - 1}/${entry.sizeBytes}` }),
      })
      .hijack();
    reply.raw.writeHead(reply.statusCode, reply.getHeaders() as Record<string, string>);
    // A stream that fails in the middle (a damaged object) ends the connection, so that the client sees a short body.
    await pipeline(stream, reply.raw).catch(() => reply.raw.destroy());
  }
}

/** One range of the forms `bytes=A-B` and `bytes=A-`; others are ignored, as RFC 9110 allows. */
function parseRange(header: string | undefined): { start: number; end?: number } | undefined {
  const match = header === undefined ? null : RANGE.exec(header);
  if (!match) return undefined;
  const start = Number(match[1]);
  if (match[2] === '') return { start };
  const end = Number(match[2]) + 1;
  return end > start ? { start, end } : undefined;
}
