/** Outbox topic: the content of a version came from another repository. Payload: {@link ModelVersionCopied}. Ordered per repository. */
export const MODEL_VERSION_COPIED = 'model.version-copied';

/** A commit of a repository. */
interface Place {
  readonly repository: string;
  readonly commitId: string;
}

/** What followed from the registration of a version. JSON values only. */
export interface ModelVersionCopied {
  readonly model: string;
  readonly number: number;
  readonly from: Place;
  readonly to: Place;
  /** Subject. */
  readonly registeredBy: string;
  /** ISO 8601. */
  readonly at: string;
  /** The id that lineage knows the registration by. */
  readonly runId: string;
  /** Name of the job that it is a run of. */
  readonly job: string;
}

/** The job that brings content into the repository of a model. */
export const registrationJobName = (repository: string): string => `register/${repository}`;
