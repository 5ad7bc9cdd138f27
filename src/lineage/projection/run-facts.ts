import type { EventBody } from '../events/event.js';
import { objectAt } from '../events/json.js';
import { uuidAt } from './facets-in.js';
import type { RunFact, RunState } from './facts.js';
import { type IdOf, jobNamed, type NamedAsset, namePairIn } from './identity.js';

const TERMINAL: ReadonlySet<RunState> = new Set(['complete', 'abort', 'fail']);

/** What nobody has said of a run. */
const UNTOLD = {
  startedAt: null,
  endedAt: null,
  firstEventAt: null,
  lastEventAt: null,
  completedAt: null,
  failedAt: null,
  abortedAt: null,
  parentRunId: null,
  parentClaim: null,
} as const;

/** A run and the job that it is of. */
export interface NamedRun {
  readonly run: RunFact;
  readonly job: NamedAsset;
}

/** The run of an event, and those that it names as its parent and root, whose own events, when they come, know better. */
export function runsIn(
  { eventType, run }: EventBody,
  runId: string,
  job: NamedAsset,
  { at, claim }: { readonly at: string; readonly claim: string },
  idOf: IdOf,
): NamedRun[] {
  const state = (eventType?.toLowerCase() ?? 'other') as RunState;
  const parent = objectAt(objectAt(run?.facets)['parent']);
  const parentRunId = uuidAt(objectAt(parent['run'])['runId']);
  const root = objectAt(parent['root']);
  const own: RunFact = {
    runId,
    jobId: job.id,
    jobClaim: `1|${claim}`,
    state,
    startedAt: state === 'start' ? at : null,
    endedAt: TERMINAL.has(state) ? at : null,
    firstEventAt: at,
    lastEventAt: at,
    completedAt: state === 'complete' ? at : null,
    failedAt: state === 'fail' ? at : null,
    abortedAt: state === 'abort' ? at : null,
    parentRunId: parentRunId ?? null,
    parentClaim: parentRunId === undefined ? null : claim,
  };
  const runs = new Map([[runId, { run: own, job }]]);
  const relatives = [
    [parentRunId, namePairIn(parent['job'])],
    [uuidAt(objectAt(root['run'])['runId']), namePairIn(root['job'])],
  ] as const;
  for (const [id, name] of relatives) {
    if (id === undefined || name === undefined || runs.has(id)) continue;
    const of = jobNamed(idOf, name);
    runs.set(id, {
      run: { ...UNTOLD, runId: id, jobId: of.id, jobClaim: `0|${claim}`, state: 'other' },
      job: of,
    });
  }
  return [...runs.values()];
}
