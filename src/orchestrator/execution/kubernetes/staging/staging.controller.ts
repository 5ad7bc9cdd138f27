import { pipeline } from 'node:stream/promises';
import { Body, Controller, Get, Headers, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../../../../identity/index.js';
import type { StoredObject } from '../../../../storage/index.js';
import { StagingService, type StagingPage, type Ticket } from './staging.service.js';

const BEARER = /^Bearer (\S+)$/i;

interface StagingHeaders {
  readonly authorization?: string;
  readonly 'x-cairn-pod'?: string;
}

/** Files of an execution, for the pod that runs it. Each request shows the credential of the execution and the UID of the pod. */
@Controller('api/v1/executions/:id')
export class StagingController {
  constructor(private readonly staging: StagingService) {}

  /** What is to be laid out, up to 1,000 files at a time, after a position. */
  @Access('ticket')
  @Get('files')
  files(
    @Param('id') id: string,
    @Headers() headers: StagingHeaders,
    @Query('after') after: string | undefined,
  ): Promise<StagingPage> {
    return this.staging.files(ticketOf(id, headers), Number(after ?? 0));
  }

  /** The bytes of one file. With `?direct=true` the answer may be where the object store itself has them (307). */
  @Access('ticket')
  @Get('files/:position')
  async file(
    @Param('id') id: string,
    @Param('position') position: string,
    @Headers() headers: StagingHeaders,
    @Query('direct') direct: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.staging.file(ticketOf(id, headers), Number(position), direct === 'true');
    if ('url' in found) {
      void reply.header('cache-control', 'no-store').redirect(found.url, 307);
      return;
    }
    void reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': found.sizeBytes,
    });
    // A stream that fails in the middle (a damaged object) ends the connection, so that the reader sees a short body.
    await pipeline(found.stream, reply.raw).catch(() => reply.raw.destroy());
  }

  /** Takes the bytes of an output file, at `?path=`. */
  @Access('ticket')
  @Put('outputs')
  async takeOutput(
    @Param('id') id: string,
    @Headers() headers: StagingHeaders,
    @Query('path') path: string | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StoredObject> {
    const body = (request.body ?? new Uint8Array()) as AsyncIterable<Uint8Array>;
    const object = await this.staging.takeOutput(ticketOf(id, headers), path ?? '', body);
    void reply.status(201);
    return object;
  }

  /** The outputs are complete, or cannot be taken. */
  @Access('ticket')
  @Post('outputs')
  @HttpCode(204)
  close(@Param('id') id: string, @Headers() headers: StagingHeaders, @Body() body: unknown): Promise<void> {
    return this.staging.close(ticketOf(id, headers), body);
  }
}

function ticketOf(id: string, headers: StagingHeaders): Ticket {
  return { id, secret: BEARER.exec(headers.authorization ?? '')?.[1], podUid: headers['x-cairn-pod'] };
}
