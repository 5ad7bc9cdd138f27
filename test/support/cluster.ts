import { readFileSync, writeFileSync } from 'node:fs';
import {
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  PatchStrategy,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { eventually } from './eventually.js';
import { serviceEnvironment } from './services.js';

/** An object of the API server's, as a test reads it. */
export type ClusterObject = KubernetesObject & { spec?: any; status?: any; [part: string]: any };

/** The real API server, for tests to change. */
export class TestCluster {
  private readonly objects: KubernetesObjectApi;
  private readonly core: CoreV1Api;

  /** @param kubeconfig the administrator's by default */
  constructor(readonly kubeconfig: string = serviceEnvironment('kubernetes')['KUBECONFIG']!) {
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    this.objects = KubernetesObjectApi.makeApiClient(config);
    this.core = config.makeApiClient(CoreV1Api);
  }

  async create(object: ClusterObject): Promise<ClusterObject> {
    return this.objects.create(object);
  }

  /** @param object with apiVersion, kind, namespace and name @returns undefined when it is not there */
  async find(object: ClusterObject): Promise<ClusterObject | undefined> {
    try {
      return (await this.objects.read(headerOf(object) as never)) as ClusterObject;
    } catch (error) {
      if ((error as { code?: number }).code === 404) return undefined;
      throw error;
    }
  }

  async list(apiVersion: string, kind: string, namespace: string): Promise<ClusterObject[]> {
    const { items } = await this.objects.list(apiVersion, kind, namespace);
    return items.map((item) => ({ ...item, apiVersion, kind }));
  }

  async remove(object: ClusterObject, gracePeriodSeconds?: number): Promise<void> {
    await this.objects.delete(object, undefined, undefined, gracePeriodSeconds, undefined, 'Background');
  }

  /** Changes parts of an object; a merge patch. */
  async patch(object: ClusterObject, change: ClusterObject): Promise<void> {
    const { metadata, ...header } = headerOf(object);
    const patched = { ...header, ...change, metadata: { ...change.metadata, ...metadata } };
    await this.objects.patch(
      ...([patched, undefined, undefined, undefined, undefined] as const),
      PatchStrategy.MergePatch,
    );
  }

  /** Changes a pod's status, as a kubelet does. */
  async patchStatus(pod: ClusterObject, status: object): Promise<void> {
    await this.core.patchNamespacedPodStatus(
      { name: pod.metadata!.name!, namespace: pod.metadata!.namespace!, body: { status } },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
  }

  /** A token of a service account. @param settings of the TokenRequest */
  async token(namespace: string, name: string, settings: object = {}): Promise<string> {
    const spec = { audiences: [], expirationSeconds: 3_600, ...settings };
    const { status } = await this.core.createNamespacedServiceAccountToken({
      name,
      namespace,
      body: { spec },
    });
    return status!.token;
  }

  /** Asks until an object is as it should be. */
  async until(
    object: ClusterObject,
    holds: (found: ClusterObject | undefined) => boolean,
  ): Promise<ClusterObject> {
    return (await eventually(() => this.find(object), holds))!;
  }
}

function headerOf({ apiVersion, kind, metadata }: ClusterObject): ClusterObject {
  return { apiVersion, kind, metadata: { name: metadata!.name!, namespace: metadata!.namespace! } };
}

/** A kubeconfig that differs from another one. @param change of its text */
export function changedKubeconfig(from: string, to: string, change: (text: string) => string): string {
  writeFileSync(to, change(readFileSync(from, 'utf8')), { mode: 0o600 });
  return to;
}

/** A kubeconfig of the same cluster for the holder of a token. */
export function tokenKubeconfig(from: string, to: string, token: string): string {
  return changedKubeconfig(from, to, (text) =>
    text.replace(/user: \{client-certificate-data: .*\}/, `user: {token: ${token}}`),
  );
}

/** A pod's spec. */
export function podSpec(settings: { env?: object[]; restartPolicy?: string } = {}): object {
  return {
    restartPolicy: settings.restartPolicy ?? 'Never',
    containers: [
      { name: 'main', image: 'busybox:1.36', command: ['work'], ...(settings.env && { env: settings.env }) },
    ],
  };
}
