import { setTimeout as pause } from 'node:timers/promises';
import { nameOf, pathOf, type Scope } from '../objects/kinds.js';
import { kubernetesRelists, kubernetesWatchEnds } from '../metrics.js';
import {
  ClusterGarbageError,
  type ClusterHttp,
  ClusterRefusedError,
  ClusterSilentError,
} from '../../../platform/kubernetes/index.js';
import { JsonLines } from './json-lines.js';
import { BEGIN, nextStep, type Outcome, type ReflectorState } from './reflector-state.js';
import { readListPage, readWatchEvent } from './watch-event.js';

const PAGE_SIZE = 500;
const LIST_IDLE_MS = 30_000;
/** A watch is asked anew so often; with the margin it is noticed that a silent connection is dead. */
const WATCH_SECONDS = 30;
const WATCH_MARGIN_MS = 10_000;
/** Objects are 1.5 MiB at most; as JSON, with its event around it, a line is never so long. */
const MAX_LINE_CHARS = 16 * 1024 ** 2;
const SHORT_MS = 1_000;

/** Where a reflector puts what it sees. What a call throws ends the reflector. */
export interface ReflectorSink {
  /** A new list begins. */
  listing(): Promise<void>;
  /** Objects as they are; some may be told again. */
  present(objects: readonly unknown[]): Promise<void>;
  /** All that is there was told since {@link listing}; whatever else was known is gone. */
  listed(): Promise<void>;
  /** Changes in their order, since the list. */
  changed(changes: readonly { readonly object: unknown; readonly isGone: boolean }[]): Promise<void>;
  /** How it goes: undefined when all is well. */
  trouble(problem: string | undefined): void;
}

/**
 * Shows a sink all objects of a scope and whatever becomes of them, whatever happens to the connection. Holds no objects: its memory is
 * a page, or a chunk of a watch, and the server waits while the sink works.
 */
export class Reflector {
  private state: ReflectorState = BEGIN;

  constructor(
    private readonly http: ClusterHttp,
    private readonly scope: Scope,
    private readonly sink: ReflectorSink,
  ) {}

  /** Whether it watches, so that what it showed is what is there. */
  get isCurrent(): boolean {
    return this.state.mode === 'watch' && this.state.failures === 0;
  }

  /** Lists everything when it runs again: what the sink did not take may be lost. */
  restart(): void {
    this.state = BEGIN;
  }

  /** Goes on until it is told to end. @throws what the sink throws */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const { kind } = this.scope;
      const before = this.state;
      const outcome = await (before.mode === 'list' ? this.list(signal) : this.watch(before, signal));
      if (signal.aborted) return;
      if (this.state.mode === 'watch') kubernetesWatchEnds.inc({ kind, reason: outcome.type });
      // A watch that began and was then refused is one more in a row.
      const from = outcome.type === 'refused' ? before : this.state;
      const { state, pauseMs } = nextStep(from, outcome, Math.random());
      this.state = state;
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  private async list(signal: AbortSignal): Promise<Outcome> {
    if (this.state.mode === 'list')
      kubernetesRelists.inc({ kind: this.scope.kind, reason: this.state.reason });
    await this.sink.listing();
    let more: string | undefined;
    for (;;) {
      const page = await this.attempt(signal, async () => {
        const query = { limit: String(PAGE_SIZE), ...(more !== undefined && { continue: more }) };
        return readListPage(
          await this.http.ask({ path: pathOf(this.scope), query, idleMs: LIST_IDLE_MS, signal }),
        );
      });
      if ('type' in page) return page;
      await this.sink.present(page.items);
      if (page.more === undefined) {
        await this.sink.listed();
        this.sink.trouble(undefined);
        return { type: 'listed', resourceVersion: page.resourceVersion };
      }
      more = page.more;
    }
  }

  private async watch(
    { resourceVersion: from, failures }: Extract<ReflectorState, { mode: 'watch' }>,
    signal: AbortSignal,
  ): Promise<Outcome> {
    let resourceVersion = from;
    const startedAt = Date.now();
    const query = {
      ...{ watch: 'true', allowWatchBookmarks: 'true' },
      ...{ resourceVersion, timeoutSeconds: String(WATCH_SECONDS) },
    };
    const idleMs = WATCH_SECONDS * 1000 + WATCH_MARGIN_MS;
    const response = await this.attempt(signal, () =>
      this.http.open({ path: pathOf(this.scope), query, idleMs, signal }),
    );
    if ('type' in response) return response;
    if (failures > 0) this.state = { mode: 'watch', failures: 0, resourceVersion };
    this.sink.trouble(undefined);
    const lines = new JsonLines(MAX_LINE_CHARS);
    const chunks = (response as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const read = await this.attempt(signal, async () => {
          const { done, value } = await chunks.next();
          return done ? { events: undefined } : { events: lines.push(value).map(readWatchEvent) };
        });
        if ('type' in read)
          return read.type === 'broken' || read.type === 'stalled' ? { ...read, resourceVersion } : read;
        if (read.events === undefined)
          return { type: 'ended', resourceVersion, isShort: Date.now() - startedAt < SHORT_MS };
        const stop = read.events.find(({ type }) => type === 'expired' || type === 'error');
        const changes = read.events.flatMap((event) =>
          event.type === 'changed' || event.type === 'deleted'
            ? [{ object: event.object, isGone: event.type === 'deleted' }]
            : [],
        );
        if (changes.length > 0) await this.sink.changed(changes);
        for (const event of read.events)
          if ('resourceVersion' in event) resourceVersion = event.resourceVersion;
        if (stop?.type === 'expired') return { type: 'expired' };
        if (stop?.type === 'error') {
          this.sink.trouble(`${nameOf(this.scope)}: ${stop.message}`);
          return { type: 'refused', status: stop.status };
        }
      }
    } finally {
      response.destroy();
    }
  }

  /** Does what may fail by the cluster's fault. @returns the outcome that a failure is */
  private async attempt<T extends object>(signal: AbortSignal, work: () => Promise<T>): Promise<T | Outcome> {
    try {
      return await work();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const isExpired = error instanceof ClusterRefusedError && error.status === 410;
      if (!isExpired && !signal.aborted) this.sink.trouble(`${nameOf(this.scope)}: ${message}`);
      if (isExpired) return { type: 'expired' };
      if (error instanceof ClusterRefusedError) return { type: 'refused', status: error.status };
      if (error instanceof ClusterGarbageError) return { type: 'garbage' };
      return { type: error instanceof ClusterSilentError ? 'stalled' : 'broken' };
    }
  }
}
