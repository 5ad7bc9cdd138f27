import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import {
  EndpointNotReadyError,
  EndpointOverloadedError,
  InferenceFailedError,
  InferenceTimeoutError,
  ModelRefusedError,
} from '../errors.js';
import type { ResultTensor } from './infer-answer.js';
import type { InferRequest } from './infer-request.js';
import { type RawValue, type Signature, signatureOf } from './signature.js';

const WORKER = fileURLToPath(new URL('./model-worker.js', import.meta.url));
const LOAD_TIMEOUT_MS = 60_000;
const INFER_TIMEOUT_MS = 30_000;
/** Requests that one model keeps waiting at most. */
const MAX_WAITING = 64;

type Message =
  | { readonly ready: { readonly inputs: readonly RawValue[]; readonly outputs: readonly RawValue[] } }
  | { readonly refused: string }
  | { readonly id: number; readonly outputs?: readonly ResultTensor[]; readonly error?: string };

interface Question {
  answer(outputs: readonly ResultTensor[]): void;
  fail(error: Error): void;
}

/**
 * A model in a worker thread of its own, so that a slow inference blocks neither the service nor another model. A worker that
 * ends by itself, or is stopped because an inference takes over 30 s, fails what waits for it and tells `onEnd`.
 */
export class LoadedModel {
  private readonly questions = new Map<number, Question>();
  private nextId = 0;
  private hasEnded = false;
  private whenQuiet: () => void = () => undefined;

  private constructor(
    readonly endpoint: string,
    readonly revision: number,
    readonly signature: Signature,
    private readonly worker: Worker,
    private readonly onEnd: (reason: string) => void,
  ) {
    worker.on('message', (message: Message) => this.take(message));
    worker.on('error', (error) => this.end(error.message));
    worker.on('exit', (code) => this.end(`the worker ended with code ${code}`));
  }

  /**
   * Starts a worker with a model.
   * @param onEnd called once, when the worker ends and {@link close} was not called
   * @throws {ModelRefusedError} when the bytes are no model that can be served
   * @throws {EndpointNotReadyError} when the worker could not be started within 60 s
   */
  static async load(
    endpoint: string,
    revision: number,
    bytes: Uint8Array<ArrayBuffer>,
    onEnd: (reason: string) => void,
  ): Promise<LoadedModel> {
    const worker = new Worker(WORKER, { workerData: { model: bytes }, transferList: [bytes.buffer] });
    try {
      const signature = await firstWord(endpoint, worker);
      return new LoadedModel(endpoint, revision, signature, worker, onEnd);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
  }

  /**
   * @throws {InferenceFailedError} @throws {InferenceTimeoutError} @throws {EndpointOverloadedError}
   * @throws {EndpointNotReadyError} when the worker ended
   */
  infer({ inputs, outputs }: InferRequest): Promise<readonly ResultTensor[]> {
    if (this.hasEnded) throw new EndpointNotReadyError(this.endpoint, 'its worker ended');
    if (this.questions.size >= MAX_WAITING) throw new EndpointOverloadedError(this.endpoint, MAX_WAITING);
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.giveUp(id), INFER_TIMEOUT_MS);
      const settled = () => {
        clearTimeout(timer);
        this.questions.delete(id);
        if (this.questions.size === 0) this.whenQuiet();
      };
      this.questions.set(id, {
        answer: (tensors) => (settled(), resolve(tensors)),
        fail: (error) => (settled(), reject(error)),
      });
      this.worker.postMessage({ id, inputs, outputs });
    });
  }

  /** Lets what was asked be answered, and ends the worker. */
  async close(): Promise<void> {
    if (this.questions.size > 0 && !this.hasEnded)
      await new Promise<void>((resolve) => {
        this.whenQuiet = resolve;
      });
    this.hasEnded = true;
    await this.worker.terminate();
  }

  /** Ends the worker at once, as a crash does: what waits for it fails, and `onEnd` is told. */
  async kill(): Promise<void> {
    await this.worker.terminate();
  }

  private take(message: Message): void {
    if (!('id' in message)) return;
    const question = this.questions.get(message.id);
    if (message.outputs) return question?.answer(message.outputs);
    question?.fail(new InferenceFailedError(this.endpoint, message.error ?? 'no reason given'));
  }

  /** The worker computes one answer at a time and cannot be interrupted but by its end. */
  private giveUp(id: number): void {
    this.questions.get(id)?.fail(new InferenceTimeoutError(this.endpoint, INFER_TIMEOUT_MS));
    this.end(`an inference took over ${INFER_TIMEOUT_MS / 1000} s`);
    void this.kill();
  }

  private end(reason: string): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    for (const question of [...this.questions.values()])
      question.fail(new EndpointNotReadyError(this.endpoint, reason));
    this.onEnd(reason);
  }
}

/** What a fresh worker says of its model. */
function firstWord(endpoint: string, worker: Worker): Promise<Signature> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(`the model was not loaded within ${LOAD_TIMEOUT_MS / 1000} s`),
      LOAD_TIMEOUT_MS,
    );
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new EndpointNotReadyError(endpoint, reason));
    };
    const onExit = (code: number) => fail(`the worker ended with code ${code}`);
    worker.once('error', (error) => fail(error.message));
    worker.once('exit', onExit);
    worker.once('message', (message: Message) => {
      clearTimeout(timer);
      worker.off('exit', onExit);
      try {
        if ('ready' in message) resolve(signatureOf(message.ready));
        else
          reject(
            new ModelRefusedError(`the runtime cannot load it: ${(message as { refused: string }).refused}`),
          );
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
