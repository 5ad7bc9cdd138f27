import { Injectable } from '@nestjs/common';
import type { Principal } from '../../../identity/index.js';
import { Policy } from '../../../policy/index.js';
import {
  type AssetCount,
  type Counted,
  type Period,
  type RunCount,
  StatsRepository,
} from './stats.repository.js';

/** Counts over time of what the caller may know of. */
@Injectable()
export class StatsService {
  constructor(
    private readonly stats: StatsRepository,
    private readonly policy: Policy,
  ) {}

  /** How many there were at the end of each interval. */
  async assets(caller: Principal, counted: Counted, period: Period, timezone: string): Promise<AssetCount[]> {
    return this.stats.assets(counted, period, timezone, await this.policy.plan(caller, 'list'));
  }

  /** Runs that started and ended within each interval. */
  async runs(caller: Principal, period: Period, timezone: string): Promise<RunCount[]> {
    return this.stats.runs(period, timezone, await this.policy.plan(caller, 'list'));
  }
}
