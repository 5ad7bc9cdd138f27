import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import {
  ControlLoop,
  Database,
  HealthChecks,
  type Lease,
  LeaseLostError,
  Leases,
  LOGGER,
  type Logger,
} from '../../../platform/index.js';
import { inSpan } from '../../../platform/tracing/index.js';
import { LineageEmission } from '../../emission/index.js';
import type { Endpoint, EndpointRevision } from '../endpoint.js';
import { EndpointRepository } from '../endpoint.repository.js';
import { type Observation, observe } from '../endpoint-state.js';
import { EndpointChangedError } from '../errors.js';
import { eventOfRevision } from '../endpoint-events.js';
import { LocalModels } from './local-models.js';

const LEASE = 'serving';
const LEASE_MS = 6_000;
/** How often is looked when nothing woke the loop: deployments by other processes are seen no later. */
const LOOK_MS = 1_000;

/**
 * Brings what answers to what is wanted, whatever happened before. Every process serves every endpoint, so that any of them can
 * be asked; the one that holds the lease writes what it observes of its own models, and tells lineage.
 */
@Injectable()
export class EndpointReconciler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loop = new ControlLoop(
    () => this.look(),
    (error) => {
      this.log.error({ err: error }, 'endpoints: the reconciler could not look');
      return LOOK_MS;
    },
    'endpoints',
  );

  constructor(
    private readonly database: Database,
    private readonly leases: Leases,
    private readonly endpoints: EndpointRepository,
    private readonly models: LocalModels,
    private readonly emission: LineageEmission,
    @Inject(LOGGER) private readonly log: Logger,
    health: HealthChecks,
  ) {
    health.register('serving', async () => ({
      isReady: true,
      isDegraded: this.loop.isStale,
      report: { models: this.models.names().length },
    }));
  }

  onApplicationBootstrap(): void {
    this.models.onChange(this.wake);
    this.loop.start();
  }

  /** Stops looking and lets every model answer what it was asked. What is wanted stays: the next start brings it back. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.loop.stop();
    await this.models.close();
    await this.leases.release(LEASE);
  }

  /** Looks again now. */
  readonly wake = (): void => this.loop.wake();

  /** @returns milliseconds until the next look */
  private async look(): Promise<number> {
    const endpoints = await this.endpoints.active();
    const wanted = new Set(endpoints.filter(({ desired }) => desired === 'serving').map(({ name }) => name));
    for (const endpoint of endpoints) if (wanted.has(endpoint.name)) this.models.want(endpoint);
    for (const name of this.models.names()) if (!wanted.has(name)) this.models.drop(name);
    const lease = await this.leases.acquire(LEASE, LEASE_MS);
    if (lease) for (const endpoint of endpoints) await this.write(lease, endpoint);
    return LOOK_MS;
  }

  private async write(lease: Lease, endpoint: Endpoint): Promise<void> {
    const { desired, observed, reason, revision, served } = endpoint;
    const row = { desired, observed, reason, revision: revision.number, served: served?.number ?? null };
    const local = this.models.stateOf(endpoint);
    const observation = observe(row, local);
    if (observation === undefined) return;
    try {
      await inSpan(
        'endpoint observed',
        { attributes: { 'cairn.endpoint.observed': observation.observed } },
        () =>
          this.database.run(async () => {
            await this.leases.assertHeld(lease);
            await this.endpoints.observe(endpoint, observation, local.refusal);
            for (const event of eventsOf(endpoint, observation, local.refusal))
              await this.emission.append(event);
          }),
      );
      this.log.info({ endpoint: endpoint.name, ...observation }, 'endpoint observed');
    } catch (error) {
      // It is looked at again, as it is then.
      if (error instanceof EndpointChangedError || error instanceof LeaseLostError) this.wake();
      else throw error;
    }
  }
}

function eventsOf(
  { name, revision, served }: Endpoint,
  { began, ended, refused }: Observation,
  refusal?: string,
) {
  const told: [number | undefined, EndpointRevision | null, 'START' | 'COMPLETE' | 'FAIL'][] = [
    [ended, served, 'COMPLETE'],
    [began, revision, 'START'],
    [refused, revision, 'FAIL'],
  ];
  return told.flatMap(([number, of, type]) => {
    if (number === undefined || of === null) return [];
    return [eventOfRevision(name, of, type, type === 'FAIL' ? refusal : undefined)];
  });
}
