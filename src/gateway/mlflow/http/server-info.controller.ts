import { All, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { MlflowController } from './mlflow-controller.js';
import { MlflowRouteError } from './mlflow-error.js';

/** What MLflow's clients ask of a server before they use it, and what they ask for that is not here. */
@MlflowController('api')
export class ServerInfoController {
  /** One place for all, and no uploads or downloads in parts. */
  @Get('3.0/mlflow/server-info')
  info(): object {
    return {
      ...{ store_type: 'Cairn', workspaces_enabled: false, trace_archival_enabled: false },
      ...{ multipart_uploads_enabled: false, multipart_downloads_enabled: false },
    };
  }

  @All(['2.0/mlflow/*', '2.0/mlflow-artifacts/*', '3.0/mlflow/*', '4.0/mlflow/*'])
  unknown(@Req() { method, url }: FastifyRequest): never {
    throw new MlflowRouteError(`${method} ${url.replace(/\?.*/s, '').slice(0, 200)}`);
  }
}
