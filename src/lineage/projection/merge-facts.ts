import type { SameFact } from '../identity/components.js';
import {
  type EdgeFact,
  type FacetFact,
  type Facts,
  noFacts,
  RUN_STATES,
  type RunDatasetFact,
  type RunFact,
  type VersionFact,
} from './facts.js';
import type { NamedAsset } from './identity.js';

/**
 * Joins facts into `into`. Each rule is a join of a lattice (least or greatest of something), so neither order nor repetition makes a
 * difference. The upserts of `projection.repository.ts` follow the same rules.
 */
export function mergeFacts(into: Facts, from: Facts): Facts {
  mergeRows(into.assets, from.assets, assetOf);
  mergeRows(into.edges, from.edges, edgeOf);
  mergeRows(into.statements, from.statements, same);
  mergeRows(into.drops, from.drops, same);
  mergeRows(into.sames, from.sames, latestSame);
  mergeRows(into.runs, from.runs, runOf);
  mergeRows(into.runDatasets, from.runDatasets, runDatasetOf);
  mergeRows(into.facets, from.facets, facetOf);
  mergeRows(into.versions, from.versions, versionOf);
  return into;
}

/** Joins any number of facts into new ones. */
export function joinFacts(all: Iterable<Facts>): Facts {
  const joined = noFacts();
  for (const facts of all) mergeFacts(joined, facts);
  return joined;
}

function mergeRows<Row>(
  into: Map<string, Row>,
  from: ReadonlyMap<string, Row>,
  merge: (a: Row, b: Row) => Row,
): void {
  for (const [key, row] of from) {
    const known = into.get(key);
    into.set(key, known === undefined ? row : merge(known, row));
  }
}

const KIND_ORDER: Readonly<Record<NamedAsset['kind'], number>> = {
  dataset: 0,
  model: 1,
  job: 0,
  workload: 1,
  endpoint: 2,
};

function assetOf(a: NamedAsset, b: NamedAsset): NamedAsset {
  return KIND_ORDER[b.kind] > KIND_ORDER[a.kind] ? b : a;
}

/** Of rows that are all key. */
function same<Row>(a: Row): Row {
  return a;
}

function latestSame(a: SameFact, b: SameFact): SameFact {
  return a.claim >= b.claim ? a : b;
}

/** Two observations of one edge. */
export function edgeOf(a: EdgeFact, b: EdgeFact): EdgeFact {
  return {
    ...a,
    firstSeenAt: least(a.firstSeenAt, b.firstSeenAt),
    lastSeenAt: greatest(a.lastSeenAt, b.lastSeenAt),
  };
}

function runOf(a: RunFact, b: RunFact): RunFact {
  const job = a.jobClaim >= b.jobClaim ? a : b;
  const parent = greatest(a.parentClaim, b.parentClaim) === a.parentClaim ? a : b;
  return {
    runId: a.runId,
    jobId: job.jobId,
    jobClaim: job.jobClaim,
    state: RUN_STATES[Math.max(RUN_STATES.indexOf(a.state), RUN_STATES.indexOf(b.state))]!,
    startedAt: least(a.startedAt, b.startedAt),
    endedAt: greatest(a.endedAt, b.endedAt),
    firstEventAt: least(a.firstEventAt, b.firstEventAt),
    lastEventAt: greatest(a.lastEventAt, b.lastEventAt),
    completedAt: greatest(a.completedAt, b.completedAt),
    failedAt: greatest(a.failedAt, b.failedAt),
    abortedAt: greatest(a.abortedAt, b.abortedAt),
    parentRunId: parent.parentRunId,
    parentClaim: parent.parentClaim,
  };
}

function runDatasetOf(a: RunDatasetFact, b: RunDatasetFact): RunDatasetFact {
  const version = greatest(a.versionClaim, b.versionClaim) === a.versionClaim ? a : b;
  return { ...version, firstAt: least(a.firstAt, b.firstAt), lastAt: greatest(a.lastAt, b.lastAt) };
}

function facetOf(a: FacetFact, b: FacetFact): FacetFact {
  return a.claim >= b.claim ? a : b;
}

function versionOf(a: VersionFact, b: VersionFact): VersionFact {
  const run = a.runClaim <= b.runClaim ? a : b;
  return { ...run, seenAt: least(a.seenAt, b.seenAt) };
}

/** Null means that nothing was said. */
function least<Text extends string | null>(a: Text, b: Text): Text {
  if (a === null) return b;
  return b === null || a <= b ? a : b;
}

function greatest<Text extends string | null>(a: Text, b: Text): Text {
  if (a === null) return b;
  return b === null || a >= b ? a : b;
}
