import { Get, Query } from '@nestjs/common';
import { z } from 'zod';
import { Caller, type Principal } from '../../../identity/index.js';
import { validate } from '../../../platform/index.js';
import { MarquezController } from '../http/marquez-controller.js';
import { type AssetCount, type Counted, PERIODS, type RunCount } from './stats.repository.js';
import { StatsService } from './stats.service.js';

const STATS = z.object({
  period: z
    .string({ error: 'must be DAY or WEEK' })
    .transform((period) => period.toUpperCase())
    .pipe(z.enum(PERIODS, { error: 'must be DAY or WEEK' })),
  timezone: z
    .string({ error: 'must be given once' })
    .default('UTC')
    .refine(isZone, 'must be the name of a time zone, like Europe/Berlin'),
});

/** Marquez's `StatsResource`. */
@MarquezController('api/v1/stats')
export class MarquezStatsController {
  constructor(private readonly stats: StatsService) {}

  /** Marquez counts events; a run that told its end twice is one run here. */
  @Get('lineage-events')
  runs(@Caller() caller: Principal, @Query() query: unknown): Promise<RunCount[]> {
    const { period, timezone } = validate(STATS, query);
    return this.stats.runs(caller, period, timezone);
  }

  @Get('jobs')
  jobs(@Caller() caller: Principal, @Query() query: unknown): Promise<AssetCount[]> {
    return this.count(caller, 'jobs', query);
  }

  @Get('datasets')
  datasets(@Caller() caller: Principal, @Query() query: unknown): Promise<AssetCount[]> {
    return this.count(caller, 'datasets', query);
  }

  @Get('sources')
  sources(@Caller() caller: Principal, @Query() query: unknown): Promise<AssetCount[]> {
    return this.count(caller, 'sources', query);
  }

  private count(caller: Principal, counted: Counted, query: unknown): Promise<AssetCount[]> {
    const { period, timezone } = validate(STATS, query);
    return this.stats.assets(caller, counted, period, timezone);
  }
}

/** Names with a slash, and UTC: abbreviations and offsets mean other things to PostgreSQL than to browsers. */
function isZone(name: string): boolean {
  if (!/^(?:UTC|[A-Za-z_]+(?:\/[A-Za-z0-9_+-]+){1,2})$/.test(name) || name.length > 64) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) instanceof Intl.DateTimeFormat;
  } catch {
    return false;
  }
}
