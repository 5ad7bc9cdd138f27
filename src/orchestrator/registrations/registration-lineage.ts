import { runEvent } from '@cairn/openlineage-client';
import { Injectable } from '@nestjs/common';
import {
  MANAGED_IDENTITY_NAMESPACE,
  MODEL_VERSION_COPIED,
  type ModelVersionCopied,
} from '../../catalog/index.js';
import { Database, Outbox } from '../../platform/index.js';
import { LineageEmission, PRODUCER } from '../emission/index.js';

/** Schema of the facet that only Cairn writes. A name for it, not an address. */
const VERSION_FACET = 'urn:cairn:facet:model-version:1-0-0';

/** Tells lineage that the content of a model version came from another repository, each at its commit. */
@Injectable()
export class RegistrationLineage {
  constructor(
    private readonly database: Database,
    private readonly emission: LineageEmission,
    outbox: Outbox,
  ) {
    outbox.handle(MODEL_VERSION_COPIED, ({ payload }) => this.tell(payload as unknown as ModelVersionCopied));
  }

  /** The same registration told twice is the same run. */
  private async tell(copied: ModelVersionCopied): Promise<void> {
    const { runId, at, job, model, number, registeredBy, from, to } = copied;
    const versioned = ({ repository, commitId }: ModelVersionCopied['from']) => ({
      ...{ namespace: MANAGED_IDENTITY_NAMESPACE, name: repository },
      facets: { version: { datasetVersion: commitId } },
    });
    const event = runEvent({
      ...{ eventType: 'COMPLETE', producer: PRODUCER, eventTime: new Date(at) },
      run: {
        runId,
        facets: { cairn_modelVersion: { _schemaURL: VERSION_FACET, model, number, registeredBy } },
      },
      job: {
        ...{ namespace: MANAGED_IDENTITY_NAMESPACE, name: job },
        facets: { jobType: { processingType: 'BATCH', integration: 'CAIRN', jobType: 'REGISTRATION' } },
      },
      ...{ inputs: [versioned(from)], outputs: [versioned(to)] },
    });
    await this.database.run(() => this.emission.append(event));
  }
}
