import { Injectable } from '@nestjs/common';
import { type Asset, resourceOf } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database } from '../../platform/index.js';
import { Policy, type Resource } from '../../policy/index.js';
import type { NamedAsset } from '../projection/identity.js';
import type { PreparedEvent } from './prepare-event.js';

/** An event and who sends it. */
export interface Emission {
  readonly caller: Principal;
  readonly event: PreparedEvent;
  /** Runs a function as part of the request that sent the event, so that the decision log names that request. */
  readonly inContext: <T>(work: () => T) => T;
}

/** What policy said of an event: refused with the error that names the rule, or taken without the description of some inputs. */
export type Verdict = { readonly refusal: unknown } | { readonly withheld: readonly string[] };

type AssetRow = Pick<Asset, 'id' | 'namespace' | 'kind' | 'identityName' | 'tags'>;

/** What an asset is classified as before anybody looked at it. */
const TAGS_OF_NEW = ['unclassified'];

/**
 * Asks policy whether senders may emit what they sent: about the job, what it writes, and the job that a run was first told to belong
 * to. Assets that exist are asked about as they are; new ones as what they would become.
 */
@Injectable()
export class EmissionCheck {
  constructor(
    private readonly database: Database,
    private readonly policy: Policy,
  ) {}

  /** One verdict per emission, in order. Each (sender, asset) is decided once. */
  async check(emissions: readonly Emission[]): Promise<Verdict[]> {
    const owners = await this.jobsOfRuns(emissions.flatMap(({ event }) => event.body.run?.runId ?? []));
    const ids = emissions.flatMap(({ event }) =>
      [...event.emissions.required, ...event.emissions.described].map(({ id }) => id),
    );
    const known = await this.assetsBy([...ids, ...owners.values()]);
    const refusals = new Map<string, Promise<unknown>>();
    const refusalOf = ({ caller, inContext }: Emission, id: string, resource: Resource): Promise<unknown> => {
      const key = `${subjectOf(caller)} ${id}`;
      const decided =
        refusals.get(key) ??
        inContext(() => this.policy.authorize(caller, 'emit', resource)).then(
          () => undefined,
          (error: unknown) => error,
        );
      refusals.set(key, decided);
      return decided;
    };
    return Promise.all(
      emissions.map(async (emission): Promise<Verdict> => {
        const { required, described } = emission.event.emissions;
        for (const asset of required) {
          const refusal = await refusalOf(emission, asset.id, this.resourceOf(asset, known.get(asset.id)));
          if (refusal !== undefined) return { refusal };
        }
        const owner = known.get(owners.get(emission.event.body.run?.runId.toLowerCase() ?? '') ?? '');
        if (owner !== undefined) {
          const refusal = await refusalOf(emission, owner.id, resourceOf(owner));
          if (refusal !== undefined) return { refusal };
        }
        const withheld: string[] = [];
        for (const asset of described) {
          if (
            (await refusalOf(emission, asset.id, this.resourceOf(asset, known.get(asset.id)))) !== undefined
          )
            withheld.push(asset.id);
        }
        return { withheld };
      }),
    );
  }

  private resourceOf(asset: NamedAsset, row: AssetRow | undefined): Resource {
    if (row !== undefined) return resourceOf(row);
    const kind = asset.space === 'job' ? 'job' : 'dataset';
    return {
      kind,
      namespace: this.policy.placeOf(asset.identityNamespace),
      name: asset.identityName,
      tags: TAGS_OF_NEW,
    };
  }

  private async assetsBy(ids: readonly string[]): Promise<Map<string, AssetRow>> {
    const rows = await this.database.query<AssetRow>(
      'SELECT id, namespace, kind, identity_name AS "identityName", tags FROM asset WHERE id = ANY($1)',
      [[...new Set(ids)]],
    );
    return new Map(rows.map((row) => [row.id, row]));
  }

  /** Jobs that the runs' own events named before. Nobody may speak of a run of a job that they may not speak of. */
  private async jobsOfRuns(runIds: readonly string[]): Promise<Map<string, string>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.database.query<{ runId: string; jobId: string }>(
      `SELECT run_id AS "runId", job_id AS "jobId" FROM lineage_run WHERE run_id = ANY($1) AND job_claim >= '1'`,
      [[...new Set(runIds)]],
    );
    return new Map(rows.map(({ runId, jobId }) => [runId, jobId]));
  }
}
