import { SingleBar } from 'cli-progress';
import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { Io } from '../io.js';

/** Long work of the service. */
export interface Operation {
  readonly id: string;
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly progress: {
    readonly done: number;
    readonly total: number | null;
    readonly unit: string | null;
    readonly step: string | null;
  };
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
  readonly requestedBy: string;
  readonly createdAt: string;
  readonly finishedAt: string | null;
}

/** GraphQL fields of an {@link Operation}. */
export const OPERATION_FIELDS =
  'id kind state progress { done total unit step } result problem { code message } requestedBy createdAt finishedAt';

export const isFinal = ({ state }: Operation): boolean => state !== 'queued' && state !== 'running';

const WAIT_SECONDS = 1;

/**
 * Waits for the end of an operation, with a bar when standard error is a terminal.
 * @throws {ApiError} it failed or was cancelled
 */
export async function waitForOperation(io: Io, client: Client, id: string): Promise<Operation> {
  const bar = new ProgressBar(io);
  try {
    for (;;) {
      const { operation } = await client.ask<{ operation: Operation }>(
        `query Operation($id: ID!, $wait: Int!) { operation(id: $id, waitSeconds: $wait) { ${OPERATION_FIELDS} } }`,
        { id, wait: WAIT_SECONDS },
      );
      bar.show(operation);
      if (!isFinal(operation)) continue;
      if (operation.state === 'succeeded') return operation;
      const { problem } = operation;
      throw new ApiError(
        problem?.message ?? `Operation ${id} was cancelled. Nothing of it stays.`,
        problem?.code === 'Internal' ? 'INTERNAL' : 'CONFLICT',
        problem === null ? {} : { problem },
      );
    }
  } finally {
    bar.stop();
  }
}

/** How far an operation is, on a terminal. */
class ProgressBar {
  private bar: SingleBar | undefined;

  constructor(private readonly io: Io) {}

  show({ kind, progress: { done, total, unit, step } }: Operation): void {
    if (this.io.stderr.isTTY !== true || total === null || total === 0) return;
    if (this.bar === undefined) {
      const format = `${kind} {bar} {percentage}% {value}/{total} ${unit ?? ''} {step}`;
      const stream = this.io.stderr as NodeJS.WriteStream;
      this.bar = new SingleBar({ stream, format, barsize: 24, hideCursor: true, clearOnComplete: true });
      this.bar.start(total, done, { step: step ?? '' });
    }
    this.bar.update(done, { step: step ?? '' });
  }

  stop(): void {
    this.bar?.stop();
  }
}
