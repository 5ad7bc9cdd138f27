import { Body, Controller, Get, Headers, HttpCode, Param, Post, Res, UseFilters } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access, Caller, type Principal } from '../../../identity/index.js';
import { HealthChecks, InvalidInputError } from '../../../platform/index.js';
import { InferenceErrorFilter } from './inference-error.filter.js';
import { type InferAnswer, InferenceService, type ModelMetadata } from './inference.service.js';

interface Readiness {
  readonly ready: boolean;
}

/** The door for predictions. Source: Open Inference Protocol v2 (HTTP/REST). A model is an endpoint, a version one of its revisions. */
@Controller('v2')
@UseFilters(InferenceErrorFilter)
export class InferenceController {
  constructor(
    private readonly inference: InferenceService,
    private readonly health: HealthChecks,
  ) {}

  @Access('public')
  @Get()
  server(): { name: string; version: string; extensions: string[] } {
    return { name: 'cairn', version: '2', extensions: [] };
  }

  @Access('public')
  @Get('health/live')
  live(): { live: boolean } {
    return { live: true };
  }

  /** 200 when the service can answer; 503 otherwise. Models have a readiness of their own. */
  @Access('public')
  @Get('health/ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<Readiness> {
    return readiness(reply, (await this.health.run()).isReady);
  }

  @Access('governed')
  @Get('models/:model')
  metadata(@Caller() caller: Principal, @Param('model') model: string): Promise<ModelMetadata> {
    return this.inference.metadata(caller, model);
  }

  @Access('governed')
  @Get('models/:model/versions/:version')
  metadataOfVersion(
    @Caller() caller: Principal,
    @Param('model') model: string,
    @Param('version') version: string,
  ): Promise<ModelMetadata> {
    return this.inference.metadata(caller, model, version);
  }

  @Access('governed')
  @Get('models/:model/ready')
  async modelReady(
    @Caller() caller: Principal,
    @Param('model') model: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readiness & { name: string }> {
    return { name: model, ...readiness(reply, await this.inference.isReady(caller, model)) };
  }

  @Access('governed')
  @Get('models/:model/versions/:version/ready')
  async versionReady(
    @Caller() caller: Principal,
    @Param('model') model: string,
    @Param('version') version: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readiness & { name: string }> {
    return { name: model, ...readiness(reply, await this.inference.isReady(caller, model, version)) };
  }

  @Access('governed')
  @Post('models/:model/infer')
  @HttpCode(200)
  infer(
    @Caller() caller: Principal,
    @Param('model') model: string,
    @Body() body: unknown,
    @Headers('inference-header-content-length') binary: string | undefined,
  ): Promise<InferAnswer> {
    return this.inference.infer(caller, model, jsonOf(body, binary));
  }

  @Access('governed')
  @Post('models/:model/versions/:version/infer')
  @HttpCode(200)
  inferByVersion(
    @Caller() caller: Principal,
    @Param('model') model: string,
    @Param('version') version: string,
    @Body() body: unknown,
    @Headers('inference-header-content-length') binary: string | undefined,
  ): Promise<InferAnswer> {
    return this.inference.infer(caller, model, jsonOf(body, binary), version);
  }
}

function readiness(reply: FastifyReply, ready: boolean): Readiness {
  void reply.status(ready ? 200 : 503);
  return { ready };
}

/** @param binaryHeader length of the JSON part of a request with binary tensors, an extension that is not offered */
function jsonOf(body: unknown, binaryHeader: string | undefined): unknown {
  if (binaryHeader !== undefined)
    throw new InvalidInputError(
      'Inference-Header-Content-Length',
      'must be absent: tensors come as JSON here',
    );
  if (typeof body !== 'object' || body === null || Array.isArray(body) || Symbol.asyncIterator in body)
    throw new InvalidInputError('body', 'must be a JSON object, sent as application/json');
  return body;
}
