import { applyDecorators, Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { Access, AcceptBasic } from '../../../identity/index.js';
import { MlflowErrorFilter } from './mlflow-error.filter.js';
import { MlflowMetrics } from './mlflow-metrics.js';

/** A controller of MLflow's REST API: governed, with tokens as MLflow clients send them and failures as they read them. */
export const MlflowController = (path: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    Access('governed'),
    AcceptBasic(),
    UseFilters(MlflowErrorFilter),
    UseInterceptors(MlflowMetrics),
  );
