import { type Lease, LeaseLostError, type Logger } from '../../platform/index.js';
import type { ObjectRepository } from './object.repository.js';
import { ObjectSink, type ScopeReport } from './object-sink.js';
import { type Kind, KINDS, nameOf, type Scope } from './objects/kinds.js';
import type { ClusterHttp } from '../../platform/kubernetes/index.js';
import { Reflector } from './reflector/reflector.js';
import type { Cluster } from './telling/cluster.js';

/** A scope, what reads it, and what keeps it. */
interface Watched {
  readonly scope: Scope;
  readonly sink: ObjectSink;
  readonly reflector: Reflector;
}

const AGAIN_MS = 1_000;

/** The watching of a cluster for as long as a lease is held: one list and watch for each kind, in each namespace. */
export class ClusterWatch {
  private readonly watched: readonly Watched[];
  private readonly stopping = new AbortController();
  private readonly running: Promise<void>;

  /** @param namespaces undefined for all @param kept told whenever there may be something to tell */
  constructor(
    readonly cluster: Cluster,
    readonly lease: Lease,
    http: ClusterHttp,
    namespaces: readonly string[] | undefined,
    objects: ObjectRepository,
    log: Logger,
    kept: () => void,
  ) {
    const places = namespaces === undefined ? [undefined] : [...new Set(namespaces)];
    this.watched = KINDS.flatMap((kind) =>
      places.map((namespace): Watched => {
        const scope = { kind, ...(namespace !== undefined && { namespace }) };
        const sink = new ObjectSink(scope, lease, cluster.uid, objects, log, kept);
        return { scope, sink, reflector: new Reflector(http, scope, sink) };
      }),
    );
    this.running = Promise.all(this.watched.map((each) => this.run(each))).then(() => undefined);
  }

  /** Whether what is known of a kind is what is there. */
  isCurrent(kind: Kind): boolean {
    return this.watched.every(({ scope, reflector }) => scope.kind !== kind || reflector.isCurrent);
  }

  /** Whether anything is amiss. */
  get isTroubled(): boolean {
    return this.watched.some(
      ({ sink, reflector }) => sink.report.problem !== undefined || !reflector.isCurrent,
    );
  }

  /** By `pods`, `jobs in team-a` … */
  get report(): Readonly<Record<string, ScopeReport>> {
    return Object.fromEntries(this.watched.map(({ scope, sink }) => [nameOf(scope), sink.report]));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** A database that is away ends a reflector; it begins anew, with a list. */
  private async run(watched: Watched): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await watched.reflector.run(signal);
      } catch (error) {
        if (error instanceof LeaseLostError) return;
        watched.sink.trouble(`${nameOf(watched.scope)}: what was seen cannot be kept: ${String(error)}`);
        watched.reflector.restart();
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
    }
  }
}
