import type { EventBody, EventDataset, LoggedEvent } from '../events/event.js';
import { instantOf } from '../events/instant.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { columnLineageIn, type ColumnSource, entryColumnsIn } from './column-facts.js';
import type { Direction, Facts, RunState } from './facts.js';
import { noFacts } from './facts.js';
import { datasetNamed, type IdOf, jobNamed, type NamedAsset, namePairIn } from './identity.js';

const MAX_FACET_NAME_CHARS = 200;
const MAX_VERSION_CHARS = 500;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TERMINAL: ReadonlySet<RunState> = new Set(['complete', 'abort', 'fail']);

/**
 * What one event says about the graph. Pure: the same event always gives the same facts.
 * @throws RangeError when its time cannot be read, which `validateEvent` rules out
 */
export function factsOf(event: LoggedEvent, idOf: IdOf): Facts {
  return new Reading(event, idOf).facts;
}

/** The reading of one event: fills `facts` from the event's parts. */
class Reading {
  readonly facts = noFacts();
  private readonly at: string;
  private readonly claim: string;
  private readonly withheld: ReadonlySet<string>;
  private readonly runId: string | undefined;

  constructor(
    { id, body, withheld }: LoggedEvent,
    private readonly idOf: IdOf,
  ) {
    const at = instantOf(body.eventTime);
    if (at === undefined) throw new RangeError(`eventTime ${body.eventTime} is no instant`);
    this.at = at;
    this.claim = `${at}|${id}`;
    this.withheld = new Set(withheld);
    this.runId = body.run?.runId.toLowerCase();
    if (body.job !== undefined) this.readJob(body, this.asset(jobNamed(idOf, body.job)));
    else if (body.dataset !== undefined) this.readDataset(body.dataset);
  }

  private readJob(body: EventBody, job: NamedAsset): void {
    this.facet('asset', job.id, objectAt(body.job?.facets));
    if (this.runId !== undefined) this.readRun(body, this.runId, job);
    for (const input of body.inputs ?? []) this.input(job, this.readDataset(input, 'input'));
    for (const output of body.outputs ?? []) this.output(job, this.readDataset(output, 'output'));
    for (const entry of objectsIn(objectAt(objectAt(body.job?.facets)['lineage'])['entries']))
      this.readEntry(job, entry);
  }

  private readRun(body: EventBody, runId: string, job: NamedAsset): void {
    const state = (body.eventType?.toLowerCase() ?? 'other') as RunState;
    const facets = objectAt(body.run?.facets);
    const parent = objectAt(facets['parent']);
    const parentRunId = uuidAt(objectAt(parent['run'])['runId']);
    this.facts.runs.set(runId, {
      runId,
      jobId: job.id,
      jobClaim: `1|${this.claim}`,
      state,
      startedAt: state === 'start' ? this.at : null,
      endedAt: TERMINAL.has(state) ? this.at : null,
      firstEventAt: this.at,
      parentRunId: parentRunId ?? null,
      parentClaim: parentRunId === undefined ? null : this.claim,
    });
    this.facet('run', runId, facets);
    this.readRelative(parentRunId, parent['job']);
    const root = objectAt(parent['root']);
    this.readRelative(uuidAt(objectAt(root['run'])['runId']), root['job']);
  }

  /** A run that this one names as its parent or root; its own events, when they come, know better. */
  private readRelative(runId: string | undefined, job: unknown): void {
    const name = namePairIn(job);
    if (runId === undefined || name === undefined || this.facts.runs.has(runId)) return;
    this.facts.runs.set(runId, {
      runId,
      jobId: this.asset(jobNamed(this.idOf, name)).id,
      jobClaim: `0|${this.claim}`,
      state: 'other',
      startedAt: null,
      endedAt: null,
      firstEventAt: null,
      parentRunId: null,
      parentClaim: null,
    });
  }

  private readDataset(dataset: EventDataset, direction?: Direction): NamedAsset {
    const asset = this.asset(datasetNamed(this.idOf, dataset));
    const facets = objectAt(dataset.facets);
    const version = textAt(objectAt(facets['version'])['datasetVersion']);
    this.readVersion(
      asset,
      version !== undefined && version.length <= MAX_VERSION_CHARS ? version : undefined,
      direction,
    );
    if (this.withheld.has(asset.id)) return asset;
    this.facet('asset', asset.id, facets);
    this.columns(asset, columnLineageIn(facets['columnLineage']));
    this.columns(asset, entryColumnsIn(objectAt(facets['lineage'])));
    return asset;
  }

  private readVersion(
    asset: NamedAsset,
    version: string | undefined,
    direction: Direction | undefined,
  ): void {
    if (direction !== undefined && this.runId !== undefined) {
      const key = `${this.runId} ${direction} ${asset.id}`;
      const known = this.facts.runDatasets.get(key);
      const row = {
        runId: this.runId,
        assetId: asset.id,
        direction,
        version: version ?? null,
        versionClaim: version ? this.claim : null,
      };
      if (known?.version === undefined || known.version === null) this.facts.runDatasets.set(key, row);
    }
    if (version === undefined || this.withheld.has(asset.id)) return;
    const key = `${asset.id} ${version}`;
    const rank = this.runId === undefined || direction === undefined ? 2 : direction === 'output' ? 0 : 1;
    const runClaim = `${rank}|${this.claim}`;
    const known = this.facts.versions.get(key);
    if (known !== undefined && known.runClaim <= runClaim) return;
    this.facts.versions.set(key, {
      assetId: asset.id,
      version,
      seenAt: this.at,
      runId: this.runId ?? null,
      runClaim,
    });
  }

  /** An entry of a job's `lineage` facet: its target is written by the job, or by the named job. */
  private readEntry(job: NamedAsset, entry: JsonObject): void {
    const name = namePairIn(entry);
    const sources = objectsIn(entry['inputs'])
      .filter(isDataset)
      .flatMap((input) => namePairIn(input) ?? []);
    const inputs = sources.map((source) => this.asset(datasetNamed(this.idOf, source)));
    const isJob = entry['type'] === 'JOB';
    const through = isJob && name !== undefined ? this.asset(jobNamed(this.idOf, name)) : job;
    for (const input of inputs) this.input(through, input);
    if (isJob || name === undefined) return;
    const target = this.asset(datasetNamed(this.idOf, name));
    this.output(job, target);
    this.columns(target, entryColumnsIn(entry));
  }

  private asset(asset: NamedAsset): NamedAsset {
    const known = this.facts.assets.get(asset.id);
    if (known === undefined || known.kind === 'dataset' || known.kind === 'job')
      this.facts.assets.set(asset.id, asset);
    return asset;
  }

  private input(job: NamedAsset, dataset: NamedAsset): void {
    this.edge(dataset.id, job.id);
  }

  private output(job: NamedAsset, dataset: NamedAsset): void {
    this.edge(job.id, dataset.id);
  }

  private edge(sourceId: string, targetId: string): void {
    this.facts.edges.set(`${sourceId} ${targetId}`, {
      sourceId,
      targetId,
      firstSeenAt: this.at,
      lastSeenAt: this.at,
    });
  }

  private columns(target: NamedAsset, sources: readonly ColumnSource[]): void {
    for (const { dataset, ...columns } of sources) {
      const source = this.asset(datasetNamed(this.idOf, dataset));
      const key = JSON.stringify([
        source.id,
        columns.sourceColumn,
        target.id,
        columns.targetColumn,
        columns.transformation,
      ]);
      this.facts.columnEdges.set(key, {
        ...columns,
        sourceId: source.id,
        targetId: target.id,
        firstSeenAt: this.at,
        lastSeenAt: this.at,
      });
    }
  }

  private facet(holder: 'asset' | 'run', holderId: string, facets: JsonObject): void {
    for (const [name, facet] of Object.entries(facets)) {
      if (name.length > MAX_FACET_NAME_CHARS || facet === null) continue;
      const value = objectAt(facet)['_deleted'] === true ? null : facet;
      this.facts.facets.set(`${holder} ${holderId} ${name}`, {
        holder,
        holderId,
        name,
        value,
        claim: this.claim,
      });
    }
  }
}

function isDataset(input: JsonObject): boolean {
  return input['type'] === undefined || input['type'] === 'DATASET';
}

function uuidAt(value: unknown): string | undefined {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined;
}
