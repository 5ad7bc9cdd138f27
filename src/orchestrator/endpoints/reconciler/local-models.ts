import { setTimeout } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, type Logger } from '../../../platform/index.js';
import { OBJECT_STORE, type ObjectStore, parseSha256 } from '../../../storage/index.js';
import type { Endpoint, EndpointRevision } from '../endpoint.js';
import type { LocalModel } from '../endpoint-state.js';
import { EndpointNotReadyError, ModelRefusedError } from '../errors.js';
import { LoadedModel } from '../inference/loaded-model.js';
import { crashedWorkers, loadedModels } from '../metrics.js';

const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 30_000;
/** How long a question waits for a model that is being loaded. */
const LOAD_WAIT_MS = 10_000;

/** What this process has of one endpoint. */
interface Slot {
  model?: LoadedModel;
  loading?: Promise<void>;
  /** Ends of models that no longer answer. */
  closing: Promise<void>;
  refused?: { readonly revision: number; readonly reason: string };
  trouble?: string;
  tries: number;
  retryAt: number;
}

/** The models that answer in this process: one worker for each endpoint, and for a moment two while a revision replaces another. */
@Injectable()
export class LocalModels {
  private readonly slots = new Map<string, Slot>();
  private isClosing = false;
  private changed: () => void = () => undefined;

  constructor(
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** The model that answers for a name here; undefined when none does. */
  modelOf(endpoint: string): LoadedModel | undefined {
    return this.slots.get(endpoint)?.model;
  }

  /** @param changed called when something came of a load, and whenever a model ends by itself */
  onChange(changed: () => void): void {
    this.changed = changed;
  }

  /**
   * The model that answers for an endpoint that is to be served. Where none does yet, as in a process that has just started, the
   * one that is being loaded is waited for, no longer than `LOAD_WAIT_MS`.
   * @returns undefined when there is none by then, or the load failed
   */
  async settled(endpoint: Endpoint): Promise<LoadedModel | undefined> {
    const model = this.modelOf(endpoint.name);
    if (model) return model;
    this.want(endpoint);
    const waited = new AbortController();
    const loading = this.slots.get(endpoint.name)?.loading;
    await Promise.race([loading, setTimeout(LOAD_WAIT_MS, undefined, { signal: waited.signal })]).finally(
      () => waited.abort(),
    );
    return this.modelOf(endpoint.name);
  }

  /** Names of which there is something here. */
  names(): string[] {
    return [...this.slots.keys()];
  }

  /** What there is of an endpoint, as the state machine asks it. */
  stateOf({ name, revision }: Endpoint): LocalModel {
    const { model, refused, trouble } = this.slots.get(name) ?? {};
    const refusal = revision.refusal ?? (refused?.revision === revision.number ? refused.reason : undefined);
    return { loaded: model?.revision, refusal: refusal ?? undefined, trouble };
  }

  /** Begins to load what an endpoint should answer with, unless it does already, is being loaded, or failed a moment ago. */
  want(endpoint: Endpoint): void {
    const slot = this.slots.get(endpoint.name) ?? { tries: 0, retryAt: 0, closing: Promise.resolve() };
    this.slots.set(endpoint.name, slot);
    const isRefused = this.stateOf(endpoint).refusal !== undefined;
    const revision = isRefused ? endpoint.served : endpoint.revision;
    if (revision === null || slot.model?.revision === revision.number) return;
    if (this.isClosing || slot.loading || slot.retryAt > Date.now()) return;
    slot.loading = this.load(endpoint.name, revision, slot).finally(() => {
      slot.loading = undefined;
      this.changed();
    });
  }

  /** Drops what answers for a name, once it has answered what was asked. */
  drop(name: string): void {
    const slot = this.slots.get(name);
    if (!slot || slot.loading) return;
    this.slots.delete(name);
    void this.retire(slot).then(this.changed);
  }

  /** Ends all workers, once they have answered. */
  async close(): Promise<void> {
    this.isClosing = true;
    const slots = [...this.slots.values()];
    for (const { loading } of slots) await loading;
    await Promise.all(slots.map((slot) => this.retire(slot)));
    this.slots.clear();
    this.count();
  }

  private async load(endpoint: string, revision: EndpointRevision, slot: Slot): Promise<void> {
    const { number, sha256, sizeBytes } = revision;
    try {
      const bytes = await this.read(sha256, sizeBytes);
      const model = await LoadedModel.load(endpoint, number, bytes, (reason) => {
        if (slot.model !== model) return;
        crashedWorkers.inc();
        this.failed(endpoint, number, slot, new EndpointNotReadyError(endpoint, reason), reason);
        slot.model = undefined;
        this.count();
        this.changed();
      });
      void this.retire(slot);
      Object.assign(slot, { model, trouble: undefined, retryAt: 0 });
      this.log.info({ endpoint, revision: number }, 'endpoint: the model answers');
    } catch (error) {
      if (error instanceof ModelRefusedError) slot.refused = { revision: number, reason: error.message };
      const why = error instanceof Error ? error.message : String(error);
      this.failed(endpoint, number, slot, error, why);
    }
    this.count();
  }

  private failed(endpoint: string, revision: number, slot: Slot, err: unknown, reason: string): void {
    const waitMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** slot.tries++);
    slot.retryAt = Date.now() + waitMs;
    slot.trouble = reason;
    this.log.warn({ err, endpoint, revision, waitMs }, 'endpoint: the model does not answer');
  }

  /** The whole model, verified while it is read. */
  private async read(sha256: string, sizeBytes: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(sizeBytes);
    let at = 0;
    for await (const chunk of await this.objects.open(parseSha256(sha256))) {
      bytes.set(chunk as Uint8Array, at);
      at += (chunk as Uint8Array).length;
    }
    return bytes;
  }

  private retire(slot: Slot): Promise<void> {
    const { model } = slot;
    slot.model = undefined;
    if (model) slot.closing = slot.closing.then(() => model.close());
    this.count();
    return slot.closing;
  }

  private count(): void {
    loadedModels.set([...this.slots.values()].filter(({ model }) => model !== undefined).length);
  }
}
