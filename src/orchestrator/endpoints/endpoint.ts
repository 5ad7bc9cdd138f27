/** What somebody wants of an endpoint. */
export type DesiredEndpoint = 'serving' | 'stopped';

/** What a controller saw: `pending` is being loaded, `failed` has a model that cannot be served. */
export type ObservedEndpoint = 'pending' | 'ready' | 'failed' | 'stopped';

/** One deployed model version. Never changes, but for the refusal. */
export interface EndpointRevision {
  /** 1, 2, … within the endpoint. */
  readonly number: number;
  readonly repository: string;
  readonly modelAssetId: string;
  readonly commitId: string;
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** The training run whose commit brought these bytes; null for a model that was not trained here. */
  readonly trainingRunId: string | null;
  /** The lineage run of its serving, a UUID. */
  readonly runId: string;
  /** Subject. */
  readonly deployedBy: string;
  /** Why the model cannot be served at all; null while it can or may. */
  readonly refusal: string | null;
  readonly createdAt: Date;
}

/** A served name. */
export interface Endpoint {
  readonly name: string;
  readonly assetId: string;
  /** Its place in policy's tree of namespaces. */
  readonly namespace: string;
  readonly desired: DesiredEndpoint;
  readonly observed: ObservedEndpoint;
  readonly reason: string | null;
  /** The revision that is wanted. */
  readonly revision: EndpointRevision;
  /** The revision that answers; while another is being loaded, the one before. */
  readonly served: EndpointRevision | null;
  /** Grows with every change of the row. */
  readonly version: number;
  readonly createdAt: Date;
}

/** The lineage job of an endpoint. */
export function servingJobName(endpoint: string): string {
  return `serve/${endpoint}`;
}
