import { runEvent, type RunEvent } from '@cairn/openlineage-client';
import { MANAGED_IDENTITY_NAMESPACE } from '../../catalog/index.js';
import { PRODUCER } from '../emission/index.js';
import { type EndpointRevision, servingJobName } from './endpoint.js';

/** Schema of the facet that only Cairn writes. A name for it, not an address. */
const ENDPOINT_FACET = 'urn:cairn:facet:endpoint-revision:1-0-0';

/**
 * What lineage is told of a revision: START when it answers for the first time, COMPLETE when it answers no more, FAIL when it
 * cannot be served. One run for each revision; the model is read at its commit.
 * @param reason of a FAIL
 */
export function eventOfRevision(
  endpoint: string,
  revision: EndpointRevision,
  eventType: 'START' | 'COMPLETE' | 'FAIL',
  reason?: string,
): RunEvent {
  const { runId, repository, commitId, number, path, sha256, deployedBy } = revision;
  return runEvent({
    eventType,
    producer: PRODUCER,
    eventTime: new Date(),
    run: {
      runId,
      facets: {
        errorMessage: reason === undefined ? undefined : { message: reason, programmingLanguage: 'unknown' },
        cairn_endpoint: { _schemaURL: ENDPOINT_FACET, revision: number, path, sha256, deployedBy },
      },
    },
    job: {
      namespace: MANAGED_IDENTITY_NAMESPACE,
      name: servingJobName(endpoint),
      facets: { jobType: { processingType: 'STREAMING', integration: 'CAIRN', jobType: 'ENDPOINT' } },
    },
    inputs: [
      {
        namespace: MANAGED_IDENTITY_NAMESPACE,
        name: repository,
        facets: { version: { datasetVersion: commitId } },
      },
    ],
    outputs: [],
  });
}
