import type { EventBody, EventDataset, LoggedEvent } from '../events/event.js';
import { instantOf } from '../events/instant.js';
import { type JsonObject, objectAt, objectsIn, textAt } from '../events/json.js';
import {
  deniedTargetsIn,
  explicitInputs,
  isDataset,
  isDeleted,
  isDrop,
  isEmpty,
  isSessionName,
  otherNamesIn,
} from './facets-in.js';
import { columnLineageIn, type ColumnSource, entryColumnsIn } from './column-facts.js';
import { ColumnSpelling } from './column-spelling.js';
import type { Direction, Facts, StatementOrigin } from './facts.js';
import { NO_JOB, noFacts } from './facts.js';
import { joinStatements, inOrder } from './statement-values.js';
import { datasetNamed, type IdOf, isSameName, jobNamed, type NamedAsset, namePairIn } from './identity.js';
import { runsIn } from './run-facts.js';
import type { ReadOutput, ReadStatement } from '../sql/sql-statements.js';

const MAX_FACET_NAME_CHARS = 200;
const MAX_VERSION_CHARS = 500;

/**
 * What one event says about the graph. Pure: the same event always gives the same facts.
 * @param statement what its SQL was read to tell, which is a function of the event too; absent where nobody has to read it
 * @throws RangeError when its time cannot be read, which `validateEvent` rules out
 */
export function factsOf(event: LoggedEvent, idOf: IdOf, statement?: ReadStatement): Facts {
  return new Reading(event, idOf, statement).facts;
}

/** The reading of one event: fills `facts` from the event's parts. */
class Reading {
  readonly facts = noFacts();
  readonly at: string;
  readonly claim: string;
  private readonly eventId: string;
  private readonly withheld: ReadonlySet<string>;
  private readonly runId: string | undefined;
  private readonly jobFacets: JsonObject;
  private readonly spelling: ColumnSpelling;

  constructor(
    { id, body, withheld }: LoggedEvent,
    private readonly idOf: IdOf,
    private readonly statement: ReadStatement | undefined,
  ) {
    this.eventId = id;
    const at = instantOf(body.eventTime);
    if (at === undefined) throw new RangeError(`eventTime ${body.eventTime} is no instant`);
    this.at = at;
    this.claim = `${at}|${id}`;
    this.withheld = new Set(withheld);
    this.runId = body.run?.runId.toLowerCase();
    this.jobFacets = objectAt(body.job?.facets);
    this.spelling = new ColumnSpelling(body);
    if (body.job !== undefined) this.readJob(body, this.asset(jobNamed(idOf, body.job)));
    else if (body.dataset !== undefined) this.readDataset(body.dataset);
  }

  private readJob(body: EventBody, job: NamedAsset): void {
    this.facet('asset', job.id, this.jobFacets);
    if (this.runId !== undefined) {
      for (const { run, job: of } of runsIn(body, this.runId, job, this, this.idOf)) {
        this.facts.runs.set(run.runId, run);
        this.asset(of);
      }
      this.facet('run', this.runId, objectAt(body.run?.facets));
    }
    const entries = objectsIn(objectAt(this.jobFacets['lineage'])['entries']);
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

  /** @param use which job uses it, and how; none where it is described by itself */
  private readDataset(dataset: EventDataset, use?: Use): NamedAsset {
    const asset = this.asset(datasetNamed(this.idOf, dataset));
    const facets = objectAt(dataset.facets);
    const version = textAt(objectAt(facets['version'])['datasetVersion']);
    const known = version !== undefined && version.length <= MAX_VERSION_CHARS ? version : undefined;
    if (use !== undefined) this.observe(use, asset, null, known);
    if (this.withheld.has(asset.id)) return asset;
    this.readVersion(asset, known, use?.direction);
    this.facet('asset', asset.id, facets, use?.direction === 'input');
    const job = use?.direction === 'output' ? use.job : undefined;
    const read = job && this.statement?.outputs.find(({ output }) => isSameName(output, dataset));
    if (job !== undefined && read !== undefined) this.readSql(job, asset, read);
    this.readStatements(job, asset, facets, read !== undefined);
    this.readNames(asset, facets);
    if (isDrop(facets['lifecycleStateChange']))
      this.facts.drops.set(`${asset.id} ${this.at}`, { assetId: asset.id, at: this.at });
    return asset;
  }

  /** What a statement takes out of another output of its event is read by the job too. */
  private readSql(job: NamedAsset, asset: NamedAsset, { inputs, columns }: ReadOutput): void {
    for (const source of [...(inputs ?? []), ...columns.map(({ dataset }) => dataset)])
      this.input(job, this.asset(datasetNamed(this.idOf, source)));
    this.state(job, asset, 'sql', inputs, columns);
  }

  /** Other names count only where the sender may emit about them too. */
  private readNames(asset: NamedAsset, facets: JsonObject): void {
    for (const { kind, ...name } of otherNamesIn(facets)) {
      const other = datasetNamed(this.idOf, name);
      if (other.id === asset.id || this.withheld.has(other.id)) continue;
      if (kind !== 'rename' && isSessionName(name, asset)) continue;
      this.asset({ ...other, kind: asset.kind });
      const [fromId, toId] = kind === 'rename' ? [other.id, asset.id] : [asset.id, other.id];
      this.facts.sames.set(`${fromId} ${toId} ${kind}`, {
        fromId,
        toId,
        kind,
        claim: kind === 'rename' ? this.claim : '',
      });
    }
  }

  /** What the facets of a dataset say of how it follows from others. Who only reads it tells as one who describes it. */
  private readStatements(
    job: NamedAsset | undefined,
    asset: NamedAsset,
    facets: JsonObject,
    isRead: boolean,
  ): void {
    const { columnLineage, lineage } = facets;
    const all = isRead ? [] : columnLineageIn(columnLineage);
    if (all.length > 0) {
      const sources = all.map(({ dataset }) => dataset);
      const denied = deniedTargetsIn(facets, this.jobFacets);
      const columns = all.filter(({ targetColumn }) => !denied.has(targetColumn));
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
    kind: StatementOrigin,
    inputs: readonly { readonly namespace: string; readonly name: string }[] | null,
    sources: readonly ColumnSource[],
  ): void {
    const jobId = job?.id ?? NO_JOB;
    const idOfDataset = (dataset: { namespace: string; name: string }): string =>
      this.asset(datasetNamed(this.idOf, dataset)).id;
    const ofOutput = { namespace: output.identityNamespace, name: output.identityName };
    const columns = sources.map(({ dataset, sourceColumn, targetColumn, ...how }) => ({
      ...how,
      sourceId: idOfDataset(dataset),
      sourceColumn: this.spelling.of(dataset, sourceColumn),
      targetColumn: this.spelling.of(ofOutput, targetColumn),
    }));
    const inputIds = inputs && [...new Set(inputs.map(idOfDataset))].sort();
    const key = `${jobId} ${output.id} ${kind} ${this.claim}`;
    const known = this.facts.statements.get(key);
    const value = joinStatements(known?.value, { inputIds, columns: inOrder(columns) });
    this.facts.statements.set(key, {
      jobId,
      outputId: output.id,
      kind,
      value,
      at: this.at,
      eventId: this.eventId,
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
      runId,
      jobId: job.id,
      assetId: asset.id,
      direction,
      firstAt: known?.firstAt ?? at,
      lastAt: known?.lastAt ?? at,
      version: named,
      versionClaim: named === null ? null : this.claim,
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

  /** @param isRead whether who reads the dataset says it: its `schema` is often of the columns that were taken, and gives way to others' */
  private facet(holder: 'asset' | 'run', holderId: string, facets: JsonObject, isRead = false): void {
    for (const [name, facet] of Object.entries(facets)) {
      if (name.length > MAX_FACET_NAME_CHARS || facet === null) continue;
      const value = objectAt(facet)['_deleted'] === true ? null : facet;
      this.facts.facets.set(`${holder} ${holderId} ${name}`, {
        holder,
        holderId,
        name,
        value,
        claim: isRead && name === 'schema' ? `0|${this.claim}` : this.claim,
      });
    }
  }
}

/** How a job uses a dataset. */
interface Use {
  readonly job: NamedAsset;
  readonly direction: Direction;
}
