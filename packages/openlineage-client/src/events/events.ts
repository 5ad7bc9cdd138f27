import { CORE_SCHEMA_URL } from '../generated/facets.js';
import type {
  BaseEvent,
  Dataset,
  DatasetEvent,
  InputDataset,
  Job,
  JobEvent,
  OutputDataset,
  RunEvent,
} from '../generated/types.js';
import type {
  DatasetDraft,
  DatasetEventDraft,
  EventDraft,
  FacetDrafts,
  InputDatasetDraft,
  JobDraft,
  JobEventDraft,
  OutputDatasetDraft,
  RunEventDraft,
} from './drafts.js';
import { signFacets } from './facets.js';
import { requireInstant, requireText, requireUri, requireUuid } from './rules.js';

/** A dataset for an event; spread `inputFacets` or `outputFacets` onto it where it is read or written. */
export function dataset(namespace: string, name: string, facets: FacetDrafts<'dataset'> = {}): DatasetDraft {
  return { namespace, name, facets };
}

/** @throws {InvalidEventError} naming the field and the rule it breaks */
export function runEvent(draft: RunEventDraft): RunEvent {
  const { producer, run } = draft;
  return {
    ...base(draft, 'RunEvent'),
    eventType: draft.eventType,
    run: {
      runId: requireUuid('run.runId', run.runId),
      ...(run.facets && { facets: signFacets('run', run.facets, producer, 'run.facets') }),
    },
    job: job(draft.job, producer),
    ...datasets(draft),
  };
}

/** @throws {InvalidEventError} naming the field and the rule it breaks */
export function jobEvent(draft: JobEventDraft): JobEvent {
  return { ...base(draft, 'JobEvent'), job: job(draft.job, draft.producer), ...datasets(draft) };
}

/** @throws {InvalidEventError} naming the field and the rule it breaks */
export function datasetEvent(draft: DatasetEventDraft): DatasetEvent {
  return { ...base(draft, 'DatasetEvent'), dataset: plain(draft.dataset, draft.producer, 'dataset') };
}

function base(draft: EventDraft, definition: string): BaseEvent {
  return {
    eventTime: requireInstant('eventTime', draft.eventTime ?? new Date()),
    producer: requireUri('producer', draft.producer),
    schemaURL: `${CORE_SCHEMA_URL}#/$defs/${definition}`,
  };
}

function job({ namespace, name, facets }: JobDraft, producer: string): Job {
  return {
    namespace: requireText('job.namespace', namespace),
    name: requireText('job.name', name),
    ...(facets && { facets: signFacets('job', facets, producer, 'job.facets') }),
  };
}

function plain({ namespace, name, facets }: DatasetDraft, producer: string, path: string): Dataset {
  return {
    namespace: requireText(`${path}.namespace`, namespace),
    name: requireText(`${path}.name`, name),
    ...(facets && { facets: signFacets('dataset', facets, producer, `${path}.facets`) }),
  };
}

function input(draft: InputDatasetDraft, producer: string, path: string): InputDataset {
  const { inputFacets } = draft;
  return {
    ...plain(draft, producer, path),
    ...(inputFacets && {
      inputFacets: signFacets('inputDataset', inputFacets, producer, `${path}.inputFacets`),
    }),
  };
}

function output(draft: OutputDatasetDraft, producer: string, path: string): OutputDataset {
  const { outputFacets } = draft;
  return {
    ...plain(draft, producer, path),
    ...(outputFacets && {
      outputFacets: signFacets('outputDataset', outputFacets, producer, `${path}.outputFacets`),
    }),
  };
}

function datasets({ producer, inputs = [], outputs = [] }: JobEventDraft | RunEventDraft) {
  return {
    inputs: inputs.map((draft, index) => input(draft, producer, `inputs[${index}]`)),
    outputs: outputs.map((draft, index) => output(draft, producer, `outputs[${index}]`)),
  };
}
