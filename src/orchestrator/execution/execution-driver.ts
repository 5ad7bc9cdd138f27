import type { Readable } from 'node:stream';
import type { StoredObject } from '../../storage/index.js';

/** Injection token of {@link ExecutionDriver}. */
export const EXECUTION_DRIVER = Symbol('ExecutionDriver');

/** A file that a command finds before it starts. */
export interface MountedFile {
  /** Relative, segments joined by `/`. */
  readonly path: string;
  /** The bytes; called once, when the file is written. Not called by a driver that is content with {@link object}. */
  open(): Promise<Readable>;
  /** Where the same bytes are kept for good, if they are. */
  readonly object?: StoredObject;
}

/** A folder that a command finds before it starts. */
export interface Mount {
  /** One safe segment; `undefined` for the working directory itself, which the command may write to. */
  readonly name?: string;
  readonly files: AsyncIterable<MountedFile>;
}

/** What a command asks of where it runs. */
export interface Demands {
  /** The container image. */
  readonly image?: string;
  /** Amounts by resource, as Kubernetes writes them: `{ cpu: '2', memory: '8Gi', 'nvidia.com/gpu': '1' }`. */
  readonly resources?: Readonly<Record<string, string>>;
}

/** The same with the driver's defaults filled in: what decides where a command runs, whatever the settings are later. */
export interface SettledDemands {
  readonly image?: string;
  readonly resources: Readonly<Record<string, string>>;
  /** Names what a command finds besides its mounts (interpreter, packages), so that equal ids mean equal surroundings. */
  readonly environmentId: string;
}

/** What to run. */
export interface ExecutionSpec {
  /** A UUID that names the execution for ever; the same id is never run twice. */
  readonly id: string;
  /** The program and its arguments; no shell reads them. */
  readonly command: readonly [string, ...string[]];
  /**
   * Beside what the driver sets: `PATH` (or the image does), `HOME`, `CAIRN_INPUTS`, `CAIRN_OUTPUTS`. Nothing of the service's own comes
   * in.
   */
  readonly environment: Readonly<Record<string, string>>;
  /** From the start; then the command is stopped. */
  readonly timeoutMs: number;
  /** Between asking a command to end and ending it. */
  readonly graceMs: number;
  /** As the driver settled them; absent for its defaults. */
  readonly demands?: Demands;
}

/**
 * How a command ended: by itself, because of its timeout, because it was stopped, or it could not be started at all
 * (then `message` says why and `exitCode` is absent).
 */
export interface ExecutionExit {
  readonly cause: 'exit' | 'timeout' | 'stopped' | 'unstartable';
  readonly exitCode?: number;
  /** The signal that ended it, e.g. `SIGKILL`. */
  readonly signal?: string;
  /** What the system that ran it says of the end. */
  readonly message?: string;
}

/**
 * What is true of an execution now. `absent`: never started. `gone`: it was started, it runs no longer, and how it ended
 * cannot be known.
 */
export type Observation =
  | { readonly kind: 'absent' }
  | { readonly kind: 'running' }
  | { readonly kind: 'exited'; readonly exit: ExecutionExit }
  | { readonly kind: 'gone' };

/** A regular file that a command left in its outputs. */
export interface OutputFile {
  readonly path: string;
  readonly sizeBytes: number;
  open(): Readable;
}

/**
 * Runs commands somewhere: child processes, a cluster. Executions outlive the process that started them; every method
 * may be called by a later process that knows nothing but the id. Every driver passes `describeExecutionDriver`.
 */
export interface ExecutionDriver {
  /** How many executions may be under way at once. */
  readonly capacity: number;

  /** The longest time between the start of an execution and the beginning of its command. */
  readonly longestWaitMs: number;

  /**
   * Fills in what a command does not ask for.
   * @throws {InvalidInputError} naming what this driver cannot give
   */
  settle(demands: Demands): SettledDemands;

  /** Bytes that may still be written to where executions lie; what the service itself needs there is left out. */
  freeBytes(): Promise<number>;

  /**
   * Lays out the folders of an execution that has not started; what an earlier attempt left is removed first. One that was
   * started before is left as it is.
   * @throws {MountRefusedError} a file cannot be laid out
   */
  prepare(id: string, mounts: readonly Mount[]): Promise<void>;

  /**
   * Starts a prepared execution and resolves once it would be found again after a crash of this process. An execution
   * that was started before is left as it is.
   * @throws {ExecutionNotStartedError}
   */
  start(spec: ExecutionSpec): Promise<void>;

  observe(id: string): Promise<Observation>;

  /** Asks the command and all its children to end, and ends them after the grace. {@link observe} tells when. */
  stop(id: string): Promise<void>;

  /**
   * The end of what the command wrote to its standard output and error, in order of arrival.
   * @param tailLines 1–10,000; at most the last MiB
   */
  log(id: string, tailLines: number): Promise<string>;

  /**
   * What the ended command left in its outputs, by path.
   * @throws {OutputRefusedError} something there is not a regular file
   * @throws {OutputsNotDeliveredError} they did not arrive
   */
  outputs(id: string): AsyncIterable<OutputFile>;

  /** Removes all that is kept of an ended execution but its log and exit. Discarding twice succeeds. */
  discard(id: string): Promise<void>;

  /** Removes all that is kept of an ended execution; afterwards it is absent. Forgetting twice succeeds. */
  forget(id: string): Promise<void>;
}
