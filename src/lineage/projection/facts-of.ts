import type { EventBody, EventDataset, LoggedEvent } from '../events/event.js';
import { instantOf } from '../events/instant.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import { explicitInputs, isDataset, isDeleted, isDrop, isEmpty, otherNamesIn, uuidAt } from './facets-in.js';
import { columnLineageIn, type ColumnSource, entryColumnsIn } from './column-facts.js';
import type { Direction, Facts, RunState, StatementKind } from './facts.js';
import { NO_JOB, noFacts } from './facts.js';
import { joinStatements, inOrder } from './statement-values.js';
import { datasetNamed, type IdOf, jobNamed, type NamedAsset, namePairIn } from './identity.js';

const MAX_FACET_NAME_CHARS = 200;
const MAX_VERSION_CHARS = 500;
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
  private readonly eventId: string;
  private readonly withheld: ReadonlySet<string>;
  private readonly runId: string | undefined;

  constructor(
    { id, body, withheld }: LoggedEvent,
    private readonly idOf: IdOf,
  ) {
    this.eventId = id;
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
    const entries = objectsIn(objectAt(objectAt(body.job?.facets)['lineage'])['entries']);
    const outputs = body.outputs ?? [];
    const isTold =
      outputs.length > 0 && outputs.every((output) => explicitInputs(output, entries) !== undefined);
    for (const input of body.inputs ?? []) {
      const asset = this.readDataset(input, { job, direction: 'input' });
      // Where it is said of each output what flows into it, no other input flows anywhere.
      if (!isTold) this.input(job, asset);
    }
    for (const output of outputs) {
      const asset = this.readDataset(output, { job, direction: 'output' });
      if (explicitInputs(output, entries)?.length !== 0) this.output(job, asset);
    }
    for (const entry of entries) this.readEntry(job, entry);
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
      lastEventAt: this.at,
      completedAt: state === 'complete' ? this.at : null,
      failedAt: state === 'fail' ? this.at : null,
      abortedAt: state === 'abort' ? this.at : null,
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
      lastEventAt: null,
      completedAt: null,
      failedAt: null,
      abortedAt: null,
      parentRunId: null,
      parentClaim: null,
    });
  }

  /** @param use which job uses it, and how; none where it is described by itself */
  private readDataset(dataset: EventDataset, use?: Use): NamedAsset {
    const asset = this.asset(datasetNamed(this.idOf, dataset));
    const facets = objectAt(dataset.facets);
    const version = textAt(objectAt(facets['version'])['datasetVersion']);
    const known = version !== undefined && version.length <= MAX_VERSION_CHARS ? version : undefined;
    if (use !== undefined) this.observe(use, asset, null, known);
    if (this.withheld.has(asset.id)) return asset;
    this.readVersion(asset, known, use?.direction);
    this.facet('asset', asset.id, facets);
    this.readStatements(use?.direction === 'output' ? use.job : undefined, asset, facets);
    this.readNames(asset, facets);
    if (isDrop(facets['lifecycleStateChange']))
      this.facts.drops.set(`${asset.id} ${this.at}`, { assetId: asset.id, at: this.at });
    return asset;
  }

  /** Other names count only where the sender may emit about them too. */
  private readNames(asset: NamedAsset, facets: JsonObject): void {
    for (const { kind, ...name } of otherNamesIn(facets)) {
      const other = datasetNamed(this.idOf, name);
      if (other.id === asset.id || this.withheld.has(other.id)) continue;
      this.asset({ ...other, kind: asset.kind });
      const [fromId, toId] = kind === 'rename' ? [other.id, asset.id] : [asset.id, other.id];
      this.facts.sames.set(`${fromId} ${toId} ${kind}`, { fromId, toId, kind, claim: kind === 'rename' ? this.claim : '' });
    }
  }

  /** What the facets of a dataset say of how it follows from others. Who only reads it tells as one who describes it. */
  private readStatements(job: NamedAsset | undefined, asset: NamedAsset, facets: JsonObject): void {
    const { columnLineage, lineage } = facets;
    const columns = columnLineageIn(columnLineage);
    if (columns.length > 0) {
      const sources = columns.map(({ dataset }) => dataset);
      if (job !== undefined)
        for (const source of sources) this.input(job, this.asset(datasetNamed(this.idOf, source)));
      this.state(job, asset, 'columns', sources, columns);
    } else if (isDeleted(columnLineage)) this.state(job, asset, 'columns', null, []);
    if (lineage !== undefined) this.readExplicit(job, asset, objectAt(lineage));
  }

  /** An explicit facet, or an entry of one, about a target. Inputs that are absent are unknown, an empty list says that there are none. */
  private readExplicit(job: NamedAsset | undefined, target: NamedAsset, said: JsonObject): void {
    if (isDeleted(said)) return this.state(job, target, 'lineage', null, []);
    const columns = entryColumnsIn(said);
    if (!Array.isArray(said['inputs']) && columns.length === 0) return;
    const inputs = objectsIn(said['inputs']);
    for (const input of inputs) {
      const through = isDataset(input) ? undefined : namePairIn(input);
      if (through !== undefined) this.output(this.asset(jobNamed(this.idOf, through)), target);
    }
    const sources = inputs.filter(isDataset).flatMap((input) => namePairIn(input) ?? []);
    if (job !== undefined)
      for (const { dataset } of columns) this.input(job, this.asset(datasetNamed(this.idOf, dataset)));
    for (const source of sources) {
      const asset = this.asset(datasetNamed(this.idOf, source));
      if (job !== undefined) this.input(job, asset);
    }
    const isKnown = Array.isArray(said['inputs']);
    this.state(
      job,
      target,
      'lineage',
      isKnown ? [...sources, ...columns.map((c) => c.dataset)] : null,
      columns,
    );
  }

  private state(
    job: NamedAsset | undefined,
    output: NamedAsset,
    kind: StatementKind,
    inputs: readonly { readonly namespace: string; readonly name: string }[] | null,
    sources: readonly ColumnSource[],
  ): void {
    const jobId = job?.id ?? NO_JOB;
    const idOfDataset = (dataset: { namespace: string; name: string }): string =>
      this.asset(datasetNamed(this.idOf, dataset)).id;
    const columns = sources.map(({ dataset, ...column }) => ({ sourceId: idOfDataset(dataset), ...column }));
    const inputIds = inputs && [...new Set(inputs.map(idOfDataset))].sort();
    const key = `${jobId} ${output.id} ${kind} ${this.claim}`;
    const known = this.facts.statements.get(key);
    const value = joinStatements(known?.value, { inputIds, columns: inOrder(columns) });
    this.facts.statements.set(key, {
      ...{ jobId, outputId: output.id, kind, value },
      ...{ at: this.at, eventId: this.eventId },
    });
  }

  /** @param at when data flowed between them; null when that is not said, and they are only named together */
  private observe(use: Use, asset: NamedAsset, at: string | null, version?: string): void {
    const { job, direction } = use;
    const runId = this.runId ?? job.id;
    const key = `${runId} ${job.id} ${direction} ${asset.id}`;
    const known = this.facts.runDatasets.get(key);
    const named = known?.version ?? version ?? null;
    this.facts.runDatasets.set(key, {
      ...{ runId, jobId: job.id, assetId: asset.id, direction },
      ...{ firstAt: known?.firstAt ?? at, lastAt: known?.lastAt ?? at },
      ...{ version: named, versionClaim: named === null ? null : this.claim },
    });
  }

  private readVersion(
    asset: NamedAsset,
    version: string | undefined,
    direction: Direction | undefined,
  ): void {
    if (version === undefined) return;
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

  /** An entry of a job's `lineage` facet: its target is written by the job; of type JOB, what the job, or the named job, reads. */
  private readEntry(job: NamedAsset, entry: JsonObject): void {
    const name = namePairIn(entry);
    if (entry['type'] === 'JOB') {
      const through = name === undefined ? job : this.asset(jobNamed(this.idOf, name));
      for (const input of objectsIn(entry['inputs']).filter(isDataset)) {
        const source = namePairIn(input);
        if (source !== undefined) this.input(through, this.asset(datasetNamed(this.idOf, source)));
      }
      return;
    }
    if (name === undefined) return;
    const target = this.asset(datasetNamed(this.idOf, name));
    if (!isEmpty(entry['inputs'])) this.output(job, target);
    this.readExplicit(job, target, entry);
  }

  private asset(asset: NamedAsset): NamedAsset {
    const known = this.facts.assets.get(asset.id);
    if (known === undefined || known.kind === 'dataset' || known.kind === 'job')
      this.facts.assets.set(asset.id, asset);
    return asset;
  }

  private input(job: NamedAsset, dataset: NamedAsset): void {
    this.observe({ job, direction: 'input' }, dataset, this.at);
    this.edge(dataset.id, job.id);
  }

  private output(job: NamedAsset, dataset: NamedAsset): void {
    this.observe({ job, direction: 'output' }, dataset, this.at);
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

/** How a job uses a dataset. */
interface Use {
  readonly job: NamedAsset;
  readonly direction: Direction;
}
