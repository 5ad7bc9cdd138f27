import type { CredentialScope } from '../../identity/index.js';
import { DomainError, NotFoundError } from '../../platform/index.js';

/** Long work that a request started and that goes on without it. `succeeded`, `failed` and `cancelled` are final. */
export type OperationState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';

/** What an operation does: the name of its handler. */
export type OperationKind = 'commit' | 'merge' | 'import' | 'garbage-collection';

/** How far it is. `total` is absent while it is not known. */
export interface OperationProgress {
  readonly done: number;
  readonly total?: number;
  /** What is counted: `changes`, `objects` … */
  readonly unit?: string;
  /** What it is doing now. */
  readonly step?: string;
}

/** Why it failed, as a request would have been told. */
export interface OperationProblem {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly repositoryId: string | null;
  readonly input: Readonly<Record<string, unknown>>;
  readonly state: OperationState;
  readonly progress: OperationProgress;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly problem: OperationProblem | null;
  /** Subject whose rights count while it runs. */
  readonly requestedBy: string;
  /** What the credential was for that it was asked by; null for all that the subject may. */
  readonly scope: CredentialScope | null;
  readonly cancelRequestedAt: Date | null;
  /** Grows with each process that takes it up. */
  readonly epoch: number;
  /** How often it was taken up and not given back. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
}

export const isFinal = ({ state }: Pick<Operation, 'state'>): boolean =>
  state !== 'queued' && state !== 'running';

/** The operation was cancelled, or another process has taken it up; what it did is not to count. */
export class OperationStoppedError extends DomainError {
  readonly kind = 'conflict';
  constructor(operationId: string, reason: 'cancelled' | 'taken over' | 'shutting down') {
    super(`Operation ${operationId} was stopped: ${reason}.`, { operationId, reason });
  }
}

/** It was taken up again and again and never came to an end. */
export class OperationExhaustedError extends DomainError {
  readonly kind = 'unavailable';
  constructor(operationId: string, attempts: number) {
    super(`Operation ${operationId} ended the process ${attempts} times before it was done. Start it anew.`, {
      operationId,
      attempts,
    });
  }
}

/** Whoever started it may do nothing any more. */
export class RequesterDisabledError extends DomainError {
  readonly kind = 'forbidden';
  constructor(subject: string) {
    super(`${subject}, who started the operation, was disabled.`, { subject });
  }
}

export const operationNotFound = (id: string): NotFoundError => new NotFoundError('Operation', id);
