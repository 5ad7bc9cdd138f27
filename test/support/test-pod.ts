import { existsSync, mkdirSync, chmodSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type CoreV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Container,
  type V1ContainerState,
  type V1Pod,
} from '@kubernetes/client-node';
import { Container, type ContainerEnd, type Volumes } from './container.js';

type Interruption = 'deadline' | 'deletion' | 'eviction';
const WAITING: V1ContainerState = { waiting: { reason: 'PodInitializing' } };

/** Runs one pod on this machine as a kubelet does: one init container after the other, then the others at once. */
export class TestPod {
  private readonly states = new Map<string, V1ContainerState>();
  private readonly running = new Set<Container>();
  private readonly startTime = new Date();
  private interruption: Interruption | undefined;
  private wake: () => void = () => undefined;
  readonly done: Promise<void>;

  constructor(
    private readonly core: CoreV1Api,
    private pod: V1Pod,
    private readonly folder: string,
    private readonly imageRoot: string,
  ) {
    for (const { name } of this.containers()) this.states.set(name, WAITING);
    this.done = this.run();
  }

  /** Takes notice of how the pod is wanted now. */
  see(pod: V1Pod): void {
    this.pod = pod;
    const { deletionTimestamp } = pod.metadata!;
    const { activeDeadlineSeconds } = pod.spec!;
    const ageMs = Date.now() - this.startTime.getTime();
    if (deletionTimestamp) this.interrupt('deletion');
    else if (activeDeadlineSeconds !== undefined && ageMs > activeDeadlineSeconds * 1_000)
      this.interrupt('deadline');
  }

  /** Ends it as a node does that runs out of something. */
  evict(): void {
    this.interrupt('eviction');
  }

  /** @returns undefined for a container that did not begin */
  logFile(container: string): string | undefined {
    const file = path.join(this.folder, `${container}.log`);
    return existsSync(file) ? file : undefined;
  }

  /** Ends all processes at once, and tells nobody: what the loss of a node looks like. */
  vanish(): void {
    this.interruption ??= 'eviction';
    for (const container of this.running) container.signal('SIGKILL');
  }

  private async run(): Promise<void> {
    const volumes: Record<string, string> = {};
    for (const { name } of this.pod.spec!.volumes ?? []) {
      volumes[name] = path.join(this.folder, 'volumes', name);
      mkdirSync(volumes[name], { recursive: true });
      chmodSync(volumes[name], 0o777);
    }
    await this.report('Pending');
    const { initContainers = [], containers } = this.pod.spec!;
    let isGood = true;
    for (const container of initContainers) isGood &&= await this.runOne(container, volumes, 'Pending');
    if (isGood)
      isGood = (await Promise.all(containers.map((one) => this.runOne(one, volumes, 'Running')))).every(
        Boolean,
      );
    await this.report(isGood && this.interruption === undefined ? 'Succeeded' : 'Failed');
    if (this.interruption !== 'deletion') await this.deletion();
    rmSync(this.folder, { recursive: true, force: true });
    const { name, namespace } = this.pod.metadata!;
    await this.core
      .deleteNamespacedPod({
        name: name!,
        namespace: namespace!,
        body: { gracePeriodSeconds: 0, preconditions: { uid: this.pod.metadata!.uid } },
      })
      .catch(() => undefined);
  }

  private async runOne(container: V1Container, volumes: Volumes, phase: string): Promise<boolean> {
    const { name, image } = container;
    if (this.interruption !== undefined) return false;
    if (image?.startsWith('missing') === true) {
      await this.set(
        name,
        { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}": not found` } },
        phase,
      );
      await this.interrupted();
      return false;
    }
    const log = path.join(this.folder, `${name}.log`);
    const startedAt = new Date();
    const started = Container.start(container, this.pod, volumes, this.imageRoot, log);
    if (!(started instanceof Container)) return this.ended(name, started, startedAt, phase);
    this.running.add(started);
    await this.set(name, { running: { startedAt } }, phase);
    const kill = this.interrupted().then(() => this.kill(started));
    const end = await started.ended;
    this.running.delete(started);
    void kill;
    return this.ended(name, end, startedAt, phase);
  }

  private async ended(name: string, end: ContainerEnd, startedAt: Date, phase: string): Promise<boolean> {
    await this.set(name, { terminated: { ...end, startedAt, finishedAt: new Date() } }, phase);
    return end.exitCode === 0;
  }

  /** Process 1 is asked, and after the grace it and all others of the container end. */
  private async kill(container: Container): Promise<void> {
    const { deletionGracePeriodSeconds } = this.pod.metadata!;
    const graceSeconds = deletionGracePeriodSeconds ?? this.pod.spec!.terminationGracePeriodSeconds ?? 30;
    if (graceSeconds > 0) container.signal('SIGTERM');
    await Promise.race([container.ended, pause(graceSeconds * 1_000)]);
    if (this.running.has(container)) container.signal('SIGKILL');
  }

  private interrupt(why: Interruption): void {
    if (why === 'deletion' && this.interruption !== undefined) this.interruption = why;
    this.interruption ??= why;
    this.wake();
  }

  private async interrupted(): Promise<void> {
    while (this.interruption === undefined) await new Promise<void>((resolve) => this.onWake(resolve));
  }

  private async deletion(): Promise<void> {
    while (this.interruption !== 'deletion' && !this.pod.metadata?.deletionTimestamp)
      await new Promise<void>((resolve) => this.onWake(resolve));
  }

  private onWake(call: () => void): void {
    const earlier = this.wake;
    this.wake = () => {
      earlier();
      call();
    };
  }

  private async set(name: string, state: V1ContainerState, phase: string): Promise<void> {
    this.states.set(name, state);
    await this.report(phase);
  }

  private containers(): V1Container[] {
    return [...(this.pod.spec!.initContainers ?? []), ...this.pod.spec!.containers];
  }

  private async report(phase: string): Promise<void> {
    const { name, namespace } = this.pod.metadata!;
    const statusOf = (one: V1Container) => ({
      ...{ name: one.name, image: one.image, imageID: '', ready: false, restartCount: 0 },
      state: this.states.get(one.name),
    });
    const why = phase === 'Failed' ? this.reason() : {};
    const status = {
      ...{ phase, startTime: this.startTime, hostIP: '127.0.0.1', ...why },
      initContainerStatuses: (this.pod.spec!.initContainers ?? []).map(statusOf),
      containerStatuses: this.pod.spec!.containers.map(statusOf),
    };
    for (let tries = 0; ; tries++) {
      try {
        const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
        await this.core.patchNamespacedPodStatus(
          { name: name!, namespace: namespace!, body: { status } },
          options,
        );
        return;
      } catch (error) {
        if ((error as { code?: number }).code === 404 || tries === 100) return;
        await pause(200);
      }
    }
  }

  /** Source: kubelet, active_deadline.go and eviction/helpers.go. */
  private reason(): { reason?: string; message?: string } {
    switch (this.interruption) {
      case 'deadline':
        return {
          reason: 'DeadlineExceeded',
          message: 'Pod was active on the node longer than the specified deadline',
        };
      case 'eviction':
        return { reason: 'Evicted', message: 'The node was low on resource: ephemeral-storage.' };
      default:
        return {};
    }
  }
}
