import {
  type InputDatasetDraft,
  type OutputDatasetDraft,
  runEvent,
  type RunEvent,
} from '@cairn/openlineage-client';
import { MANAGED_IDENTITY_NAMESPACE } from '../../catalog/index.js';
import { PRODUCER } from '../emission/index.js';
import type { RunState } from './run-state.js';
import { type TrainingRun, trainingJobName } from './training-run.js';

/** Schemas of the facets that only Cairn writes. Names for them, not addresses. */
const TRAINING_FACET = 'urn:cairn:facet:training-run:1-0-0';
const CODE_FACET = 'urn:cairn:facet:code:1-0-0';

const EVENT_TYPES = {
  pending: undefined,
  starting: undefined,
  running: 'START',
  succeeded: 'COMPLETE',
  failed: 'FAIL',
  cancelled: 'ABORT',
  lost: 'ABORT',
} as const satisfies Record<RunState, RunEvent['eventType']>;

/**
 * What lineage is told of a run in the state that it is in: START when it runs, COMPLETE, FAIL or ABORT when it is over. Inputs
 * are named from the start on, at their commits; a run that never started read nothing. The output is named once it is
 * written, at its commit.
 * @returns undefined for a run of which there is nothing to tell yet
 */
export function eventOfRun(run: TrainingRun): RunEvent | undefined {
  const eventType = EVENT_TYPES[run.state];
  if (eventType === undefined) return undefined;
  const { code, output } = run;
  return runEvent({
    eventType,
    producer: PRODUCER,
    eventTime: run.finishedAt ?? run.startedAt ?? run.createdAt,
    run: { runId: run.id, facets: runFacets(run) },
    job: {
      namespace: MANAGED_IDENTITY_NAMESPACE,
      name: trainingJobName(output.repository),
      facets: {
        jobType: { processingType: 'BATCH', integration: 'CAIRN', jobType: 'TRAINING' },
        // Not `sourceCodeLocation`: a name in this form is shown to those only who may see the repository.
        cairn_code: code === null ? undefined : codeFacet(code.repository, code.commitId),
      },
    },
    inputs: run.startedAt === null ? [] : inputsOf(run),
    outputs: output.commitId === undefined ? [] : [versioned(output.repository, output.commitId)],
  });
}

function runFacets(run: TrainingRun) {
  const { name, contentHash, command, parameters, seed, timeoutSeconds, submittedBy, metrics, exitCode } =
    run;
  const { image, resources } = run;
  return {
    nominalTime: { nominalStartTime: run.createdAt.toISOString() },
    processing_engine: { name: 'cairn', version: run.environmentId },
    errorMessage: run.reason === null ? undefined : { message: run.reason, programmingLanguage: 'unknown' },
    cairn_training: {
      _schemaURL: TRAINING_FACET,
      ...{ title: name, submittedBy, contentHash, command, parameters, seed, timeoutSeconds },
      ...(image !== null && { image, resources }),
      ...(metrics !== null && { metrics }),
      ...(exitCode !== null && { exitCode }),
    },
  };
}

function codeFacet(name: string, version: string): object {
  return { _schemaURL: CODE_FACET, repository: { namespace: MANAGED_IDENTITY_NAMESPACE, name }, version };
}

function inputsOf({ inputs }: TrainingRun): InputDatasetDraft[] {
  return inputs.map(({ repository, commitId }) => versioned(repository, commitId));
}

function versioned(name: string, datasetVersion: string): InputDatasetDraft & OutputDatasetDraft {
  return { namespace: MANAGED_IDENTITY_NAMESPACE, name, facets: { version: { datasetVersion } } };
}
