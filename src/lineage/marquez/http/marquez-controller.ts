import { applyDecorators, Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { Access, AcceptBasic } from '../../../identity/index.js';
import { MarquezErrorFilter } from './marquez-error.filter.js';
import { MarquezMetrics } from './marquez-metrics.js';

/** A controller of Marquez's HTTP API that writes: governed, and failures as Marquez's clients read them. */
export const MarquezWriteController = (path = 'api/v1'): ClassDecorator =>
  applyDecorators(
    Controller(path),
    Access('governed'),
    UseFilters(MarquezErrorFilter),
    UseInterceptors(MarquezMetrics),
  );

/**
 * The same for what only reads. A token may come as a password too: a browser adds that by itself, so what it may do must change
 * nothing.
 */
export const MarquezController = (path = 'api/v1'): ClassDecorator =>
  applyDecorators(MarquezWriteController(path), AcceptBasic());
