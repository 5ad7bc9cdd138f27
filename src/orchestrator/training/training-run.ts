import type { CredentialScope } from '../../identity/index.js';
import type { DesiredRun, RunState } from './run-state.js';

/** Content of a repository at one commit, as a run reads it. */
export interface PinnedContent {
  readonly repository: string;
  readonly assetId: string;
  /** As it was asked for, e.g. `v1`. */
  readonly revision: string;
  readonly commitId: string;
}

/** An input: lies read-only in the folder `mount` of the run's inputs. */
export interface RunInput extends PinnedContent {
  readonly mount: string;
}

/** Where a run's outputs are committed to. `commitId` once they are. */
export interface RunOutput {
  readonly repository: string;
  readonly assetId: string;
  readonly branch: string;
  readonly commitId?: string;
}

/** A launched training. */
export interface TrainingRun {
  /** A UUID; also the run id of its lineage events. */
  readonly id: string;
  readonly name: string;
  readonly state: RunState;
  readonly desired: DesiredRun;
  /** Grows with every change; a write that names an earlier one is refused. */
  readonly version: number;
  readonly submittedBy: string;
  readonly principalId: string;
  /** What the credential was for that it was submitted by; the run may do no more. Null for all that the submitter may. */
  readonly scope: CredentialScope | null;
  readonly jobAssetId: string;
  readonly inputs: readonly RunInput[];
  readonly code: PinnedContent | null;
  readonly command: readonly [string, ...string[]];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly timeoutSeconds: number;
  readonly environmentId: string;
  /** Container image, where commands run in one. */
  readonly image: string | null;
  /** Amounts by resource, as the driver settled them, e.g. `{ cpu: '2', 'nvidia.com/gpu': '1' }`; empty where they cannot be chosen. */
  readonly resources: Readonly<Record<string, string>>;
  /** SHA-256 over all that decides what comes out; see `runContentHash`. */
  readonly contentHash: string;
  readonly output: RunOutput;
  readonly metrics: Readonly<Record<string, number>> | null;
  readonly exitCode: number | null;
  /** Why it ended as it did; absent for a success. */
  readonly reason: string | null;
  /** The run's own credential, as long as it lives. */
  readonly tokenId: string | null;
  /** What is still there of the run's folder. */
  readonly kept: 'all' | 'log' | 'nothing';
  /** W3C trace context of its submission, in which its steps and its process go on; null without tracing. */
  readonly traceparent: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

/** The OpenLineage job name of the trainings that write to a repository. */
export function trainingJobName(outputRepository: string): string {
  return `train/${outputRepository}`;
}
