import { Injectable } from '@nestjs/common';
import { type Asset, resourceOf } from '../../catalog/index.js';
import { type Principal, subjectOf } from '../../identity/index.js';
import { Database, prepared } from '../../platform/index.js';
import { AccessDeniedError, Policy, type Resource } from '../../policy/index.js';
import type { NamedAsset } from '../projection/identity.js';
import { statementsIn } from '../identity/alias-writer.js';
import { Identities } from '../identity/identities.js';
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

/** What policy and the catalog say of some emissions. */
export interface Checked {
  /** One per emission, in order. */
  readonly verdicts: readonly Verdict[];
  /** Whether the catalog has an asset, of a kind at least as telling. */
  readonly isInCatalog: (asset: NamedAsset) => boolean;
}

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
    private readonly identities: Identities,
  ) {}

  /**
   * Each (sender, asset) is decided once; the same sender by a credential with another scope is another. Before anything is stored, the
   * answers must be: {@link Policy.recorded}.
   */
  async check(emissions: readonly Emission[]): Promise<Checked> {
    const shown = await this.shownAs(emissions);
    const { known, owners } = await this.lookUp(emissions, shown);
    const refusals = new Map<string, Promise<unknown>>();
    const refusalOf = (
      emission: Emission,
      id: string,
      resource: Resource,
      spoken: Resource,
    ): Promise<unknown> => {
      const { caller, inContext } = emission;
      const key = JSON.stringify([subjectOf(caller), caller.scope ?? null, id, spoken.name]);
      const decided =
        refusals.get(key) ??
        inContext(async () => this.policy.permit(caller, 'emit', resource)).then(
          () => undefined,
          (error: unknown) => this.told(emission, error, resource, spoken),
        );
      refusals.set(key, decided);
      return decided;
    };
    // Who speaks of an asset under another name speaks of the asset.
    const refusalOfName = async (emission: Emission, name: NamedAsset): Promise<unknown> => {
      const asset = shown.get(name.id) ?? name;
      for (const asked of asset.id === name.id ? [name] : [name, asset]) {
        const resource = this.resourceOf(asked, known.get(asked.id));
        const refusal = await refusalOf(emission, asked.id, resource, this.resourceOf(name, undefined));
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    };
    const verdicts = await Promise.all(
      emissions.map(async (emission): Promise<Verdict> => {
        const { required, described } = emission.event.emissions;
        for (const asset of required) {
          const refusal = await refusalOfName(emission, asset);
          if (refusal !== undefined) return { refusal };
        }
        const owner = owners.get(emission.event.body.run?.runId.toLowerCase() ?? '');
        const [spoken] = required;
        if (owner !== undefined && spoken !== undefined) {
          const asked = resourceOf(owner);
          const refusal = await refusalOf(emission, owner.id, asked, this.resourceOf(spoken, undefined));
          if (refusal !== undefined) return { refusal };
        }
        const withheld: string[] = [];
        for (const asset of described) {
          if ((await refusalOfName(emission, asset)) !== undefined) withheld.push(asset.id);
        }
        return { withheld };
      }),
    );
    const isInCatalog = ({ id, kind }: NamedAsset): boolean => {
      const there = known.get(id)?.kind;
      return there !== undefined && (there === kind || kind === 'dataset' || kind === 'job');
    };
    return { verdicts, isInCatalog };
  }

  /** A refusal as it would be if there were nothing behind what the sender spoke of, where it may not know of what is there. */
  private async told(
    { caller, inContext }: Emission,
    refusal: unknown,
    asked: Resource,
    spoken: Resource,
  ): Promise<unknown> {
    const visible = await inContext(() => this.policy.plan(caller, 'list'));
    if (visible.matches(asked)) return refusal;
    const decision = inContext(() => this.policy.decide(caller, 'emit', spoken));
    const told = decision.allowed
      ? { ...decision, rules: [], reason: 'the name or the run is taken' }
      : decision;
    return new AccessDeniedError(subjectOf(caller), 'emit', spoken, told);
  }

  /** The assets that the names stand for of which policy is asked. */
  private async shownAs(emissions: readonly Emission[]): Promise<Map<string, NamedAsset>> {
    const names = emissions.flatMap(({ event: { emissions: named } }) => [
      ...named.required,
      ...named.described,
    ]);
    const statements = emissions.map(({ event: { reading } }) =>
      'facts' in reading ? statementsIn(reading.facts) : new Map<string, never>(),
    );
    const standings = await this.identities.standings(
      await this.identities.resolved(false),
      [...new Map(names.map((name) => [name.id, name])).values()],
      new Map(statements.flatMap((some) => [...some])),
    );
    return new Map([...standings].map(([id, { asset }]) => [id, asset]));
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

  /**
   * The assets that the emissions name, as they are, and the jobs that their runs' own events named before: nobody may speak of a run
   * of a job that they may not speak of.
   */
  private async lookUp(
    emissions: readonly Emission[],
    shown: ReadonlyMap<string, NamedAsset>,
  ): Promise<{ known: Map<string, AssetRow>; owners: Map<string, AssetRow> }> {
    const ids = new Set([
      ...emissions.flatMap(({ event }) => namedIn(event)),
      ...[...shown.values()].map(({ id }) => id),
    ]);
    const runIds = new Set(emissions.flatMap(({ event }) => event.body.run?.runId ?? []));
    const rows = await this.database.query<AssetRow & { runId: string | null }>(
      prepared(`SELECT ${ASSET}, NULL::uuid AS "runId" FROM asset AS a WHERE a.id = ANY($1::uuid[])
       UNION ALL
       SELECT ${ASSET}, r.run_id FROM lineage_run AS r JOIN asset AS a ON a.id = r.job_id
       WHERE r.run_id = ANY($2::uuid[]) AND r.job_claim >= '1'`),
      [[...ids], [...runIds]],
    );
    const known = new Map(rows.filter(({ runId }) => runId === null).map((row) => [row.id, row]));
    const owners = new Map(
      rows.flatMap((row): [string, AssetRow][] => (row.runId === null ? [] : [[row.runId, row]])),
    );
    return { known, owners };
  }
}

const ASSET = 'a.id, a.namespace, a.kind, a.identity_name AS "identityName", a.tags';

function namedIn({ emissions, reading }: PreparedEvent): string[] {
  const asked = [...emissions.required, ...emissions.described].map(({ id }) => id);
  return 'facts' in reading ? [...asked, ...reading.facts.assets.keys()] : asked;
}
